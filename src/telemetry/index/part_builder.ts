/**
 * Makes a part of an index while its lines are written, or from lines that are there.
 *
 * @module
 */

import type { Action, TelemetryEvent } from "../event.ts";
import { exactPaths, type LoggedEvent, parseLoggedEvent, timeOf } from "../logged_event.ts";
import { actorOf } from "./actor.ts";
import { GrowingColumn } from "./growing_column.ts";
import {
  align,
  checksum,
  type Column,
  COLUMNS,
  encodeHeader,
  FAILED,
  HEADER_BYTES,
  INDEXED_ACTIONS,
  NONE,
  PART_BYTES,
  PART_ROWS,
} from "./part_layout.ts";
import { PathTable } from "./path_table.ts";

const ACTION_NUMBERS = new Map(INDEXED_ACTIONS.map((action, i) => [action, i]));
/** Between the first event and any other of a part, µs: 32 bits tell of what is on both sides of it. */
const LONGEST = 2 ** 31;

/** An event that was put into words: what the line says of it is here, too. */
export interface WrittenEvent {
  readonly event: TelemetryEvent;
  /** When, µs since 1970. */
  readonly time: number;
  /** The line has the beginning of the process's arguments only. */
  readonly isCut: boolean;
}

export class PartBuilder {
  readonly #offset = new GrowingColumn(Uint32Array);
  readonly #actor = new GrowingColumn(Uint16Array);
  readonly #action = new GrowingColumn(Uint8Array);
  readonly #time = new GrowingColumn(Float64Array);
  readonly #path = new GrowingColumn(Uint32Array);
  readonly #bytes = new GrowingColumn(Float64Array);
  readonly #target = new GrowingColumn(Uint32Array);
  readonly #paths = new PathTable();
  readonly #numbers = new Map<string, number>();
  /** By number, as JSON. */
  readonly #actors: string[] = [];
  readonly #args: string[] = [];
  /** Whose events they were last, and its number: most are of the same few. */
  readonly #known = new Map<unknown, { readonly written: WrittenEvent; readonly actor: number }>();
  #first = NaN;
  #last = -Infinity;

  /** It is about the file's bytes from here on. */
  constructor(readonly from: number) {}

  get rows(): number {
    return this.#offset.length;
  }

  get paths(): number {
    return this.#paths.names.length;
  }

  /** True if no line that ends at that place of the file, and no event of that time, fits any more. */
  isFull(end: number, time: number): boolean {
    if (this.rows === 0) return false;
    return this.rows >= PART_ROWS || end - this.from > PART_BYTES ||
      Math.abs(time - this.#first) >= LONGEST;
  }

  /** `at`: where the line begins in the file; `line`: its text, which is asked for where somebody new did it. */
  add(at: number, line: () => string, written: WrittenEvent): void {
    const { event, time } = written;
    const { action, path, target, error, bytes } = event;
    const isPath = action === "rename" || action === "link";
    this.#row(at, action, time, this.#actorOf(written, line), {
      path,
      target: isPath ? target : undefined,
      isFailure: error !== undefined && error !== 0,
      bytes: bytes ?? 0,
    });
  }

  addLogged(at: number, logged: LoggedEvent): void {
    const { event: { action, outcome }, agentvfs } = logged;
    const { path, target } = exactPaths(logged);
    const isPath = action === "rename" || action === "link";
    this.#row(at, action, timeOf(logged), this.#actorOfLogged(logged), {
      path,
      target: isPath ? target : undefined,
      isFailure: outcome === "failure",
      bytes: agentvfs.bytes ?? 0,
    });
  }

  #row(
    at: number,
    action: Action,
    time: number,
    actor: number,
    told: {
      path: string | undefined;
      target: string | undefined;
      isFailure: boolean;
      bytes: number;
    },
  ): void {
    const number = ACTION_NUMBERS.get(action);
    if (number === undefined) return;
    if (this.rows === 0) this.#first = time;
    if (time > this.#last) this.#last = time;
    const row = this.#offset.push(at - this.from);
    this.#actor.push(actor);
    this.#action.push(told.isFailure ? number | FAILED : number);
    this.#time.push(time);
    this.#path.push(told.path === undefined ? NONE : this.#paths.of(told.path));
    if (told.target !== undefined) {
      this.#target.push(row);
      this.#target.push(this.#paths.of(told.target));
    }
    if (action === "write") this.#bytes.push(told.bytes);
  }

  /** One that was not seen lately is read from the line, so that an index is the same whoever makes it. */
  #actorOf(written: WrittenEvent, line: () => string): number {
    const { process } = written.event;
    const known = this.#known.get(process);
    if (known !== undefined && isSameActor(known.written, written)) return known.actor;
    const logged = parseLoggedEvent(line());
    if (logged === null) return 0;
    const actor = this.#actorOfLogged(logged);
    this.#known.set(process, { written, actor });
    return actor;
  }

  #actorOfLogged(logged: LoggedEvent): number {
    const key = keyOf(logged);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#args.push(JSON.stringify(logged.process?.args ?? []));
    const actor = this.#actors.push(JSON.stringify(actorOf(logged))) - 1;
    this.#numbers.set(key, actor);
    return actor;
  }

  /** The part, of the file's bytes up to `to`. */
  finish(to: number): Uint8Array<ArrayBuffer> {
    const firstTime = this.#time.values.reduce((first, time) => Math.min(first, time), Infinity);
    const columns = this.#columns(firstTime);
    const lengths = COLUMNS.map((name) => columns[name].byteLength);
    const size = lengths.reduce((sum, length) => sum + align(length), HEADER_BYTES);
    const part = new Uint8Array(size);
    let at = HEADER_BYTES;
    const sums = COLUMNS.map((name) => {
      const { buffer, byteOffset, byteLength } = columns[name];
      part.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      const padded = part.subarray(at, at += align(byteLength));
      return checksum(padded);
    });
    const { from, rows } = this;
    part.set(encodeHeader({ from, to, rows, firstTime, lastTime: this.#last, lengths, sums }));
    return part;
  }

  #columns(firstTime: number): Record<Column, ArrayBufferView> {
    const { names, columns } = this.#paths;
    let end = 0;
    return {
      ...columns,
      nameEnd: Uint32Array.from(names.map((name) => end += name.length)),
      names: bytesOf(names.join("")),
      actors: new TextEncoder().encode(`[${this.#actors.join()}]`),
      args: new TextEncoder().encode(`[${this.#args.join()}]`),
      offset: this.#offset.values,
      actor: this.#actor.values,
      action: this.#action.values,
      time: new Uint32Array(this.#time.values.map((time) => time - firstTime)),
      path: this.#path.values,
      bytes: this.#bytes.values,
      target: this.#target.values,
    };
  }
}

/** What {@linkcode actorOf} takes, and the command line: two events with the same key have the same actor. */
function keyOf({ process, agentvfs: { branch, call, tool, calls }, event }: LoggedEvent): string {
  const { pid, name, parent, entity_id, args, args_count } = process ?? {};
  const own = event.provider === "agentvfs";
  const parts = [pid, name, parent?.pid, entity_id, args_count, branch, call, tool, own];
  return `${parts.join("\0")}\0${calls?.join("\x01")}\0${args?.join("\x01")}`;
}

function isSameActor(before: WrittenEvent, written: WrittenEvent): boolean {
  const [a, b] = [before.event, written.event];
  return before.isCut === written.isCut && a.branch === b.branch && a.call === b.call &&
    a.tool === b.tool && a.calls === b.calls &&
    a.provider === b.provider;
}

function bytesOf(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
