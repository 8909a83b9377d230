/**
 * Reads what bpf/preload.c told, slot by slot.
 *
 * A program that is killed while it writes leaves a slot that is never full: after a while that one is passed over, and told of
 * as lost. So is one whose program the machine kept from going on for as long.
 *
 * Where it was read up to is in the ring itself. So a reader goes on where the one before it ended, which was killed perhaps: what was
 * told meanwhile is told, and a slot is given back before it is told of, so that nothing is twice.
 *
 * @module
 */

import { resolve } from "node:path/posix";
import type { Action, TelemetryEvent, TelemetryProcess } from "../event.ts";
import { errorName } from "../../../ffi/linux/watch/error_name.ts";
import { HEADER, PRELOAD_ACTIONS, SLOT, SLOTS } from "./preload_layout.ts";

/** How long a slot may be reserved and not full, ms. */
const STUCK_MS = 2_000;
const NS_TO_MS = 1e-6;
const O_EXCL = 0o200;

function lost(time: number, count: number, message: string): TelemetryEvent {
  return { provider: "ldpreload", action: "lost", time, count, message };
}

export class PreloadRing {
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  /** The oldest that was not read. */
  #position: number;
  /** Since when the next slot is reserved and not full. */
  #stuckSince = Infinity;

  /** `ruleOf`: the name of a rule by the low bits of its rules' version and its number; undefined if that is not known. */
  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    readonly ruleOf: (version: number, number: number) => string | undefined = () => undefined,
  ) {
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const head = this.#load(HEADER.HEAD);
    this.#position = head - SLOTS | 0;
    while (this.#position !== head && this.#isRead()) this.#position = this.#position + 1 | 0;
  }

  /** Makes a file that is all zeros a ring. */
  static lay(bytes: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    view.setUint32(HEADER.MASK, SLOTS - 1, true);
    for (let i = 0; i < SLOTS; i++) {
      view.setUint32(HEADER.SIZE + i * SLOT.SIZE + SLOT.SEQUENCE, i, true);
    }
  }

  /** Tells what is there, a round at most. */
  take(now: number, tell: (event: TelemetryEvent) => void): void {
    for (let i = 0; i < SLOTS; i++) {
      const at = this.#slot();
      const word = (at + SLOT.SEQUENCE) / 4;
      const [reserved, full, free] = [0, 1, SLOTS].map((further) => this.#position + further | 0);
      const isFull = Atomics.load(this.#words, word) === full;
      if (!isFull && !this.#passesOver(now)) break;
      const event = isFull
        ? this.#eventAt(at)
        : lost(now, 1, "A program ended, or was held up, while it told");
      // What is passed over may become full this moment.
      const held = isFull ? full! : reserved!;
      if (Atomics.compareExchange(this.#words, word, held, free!) !== held) continue;
      this.#stuckSince = Infinity;
      this.#position = this.#position + 1 | 0;
      if (event !== null) tell(event);
    }
    this.#tellDropped(now, tell);
  }

  /** Where the slot of the position is. */
  #slot(): number {
    return HEADER.SIZE + (this.#position & (SLOTS - 1)) * SLOT.SIZE;
  }

  #isRead(): boolean {
    return this.#load(this.#slot() + SLOT.SEQUENCE) === (this.#position + SLOTS | 0);
  }

  /** True if the next slot is one that nobody will ever fill. */
  #passesOver(now: number): boolean {
    if (this.#load(HEADER.HEAD) === this.#position) {
      this.#stuckSince = Infinity;
      return false;
    }
    this.#stuckSince = Math.min(this.#stuckSince, now);
    return now - this.#stuckSince > STUCK_MS;
  }

  #tellDropped(now: number, tell: (event: TelemetryEvent) => void): void {
    const dropped = this.#load(HEADER.DROPPED);
    const count = (dropped - this.#load(HEADER.DROPS_TOLD)) >>> 0;
    if (count === 0) return;
    Atomics.store(this.#words, HEADER.DROPS_TOLD / 4, dropped);
    tell(lost(now, count, "Programs told faster than it was read"));
  }

  #eventAt(at: number): TelemetryEvent | null {
    const view = this.#view;
    const known = PRELOAD_ACTIONS.get(view.getUint16(at + SLOT.OPERATION, true));
    // Whoever opens with O_CREAT alone may have found a file.
    const makes = (view.getUint32(at + SLOT.ARGUMENT, true) & O_EXCL) !== 0;
    const action = known === "create" && !makes ? "open" : known;
    if (action === undefined) return null;
    const path = this.#text(at + SLOT.TEXT, at + SLOT.LENGTH, SLOT.SECOND - SLOT.TEXT);
    const second = this.#text(at + SLOT.SECOND, at + SLOT.SECOND_LENGTH, SLOT.SIZE - SLOT.SECOND);
    const result = view.getInt32(at + SLOT.RESULT, true);
    const process: TelemetryProcess = {
      pid: view.getUint32(at + SLOT.PID, true),
      tid: view.getUint32(at + SLOT.TID, true),
    };
    return {
      provider: "ldpreload",
      action,
      time: Number(view.getBigUint64(at + SLOT.TIME, true)) * NS_TO_MS,
      ...(action === "exec" && result >= 0 ? {} : { error: result < 0 ? errorName(-result) : 0 }),
      ...this.#denialAt(at),
      process,
      ...about(action, path, second, Number(view.getBigInt64(at + SLOT.ARGUMENT, true))),
    };
  }

  #denialAt(at: number): Pick<TelemetryEvent, "verdict" | "rule"> {
    const denied = this.#view.getUint32(at + SLOT.DENIED, true);
    if (denied < 2 ** 31) return {};
    const rule = this.ruleOf(denied >>> 16 & 0x7fff, denied & 0xffff);
    return { verdict: "deny", ...(rule === undefined ? {} : { rule }) };
  }

  /** As much of a text as there is room for. */
  #text(at: number, lengthAt: number, room: number): string {
    const length = Math.min(this.#view.getUint16(lengthAt, true), room);
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.bytes[at + i]!);
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
  }

  #load(at: number): number {
    return Atomics.load(this.#words, at / 4);
  }
}

function about(
  action: Action,
  path: string,
  second: string,
  argument: number,
): Partial<TelemetryEvent> {
  if (action === "connect" || action === "send") return addressOf(path, action, argument);
  const target = second === "" ? {} : { target: action === "symlink" ? second : plain(second) };
  const named = { path: plain(path), ...target };
  if (!Number.isSafeInteger(argument)) return named;
  if (action === "open" || action === "create") return { ...named, flags: argument >>> 0 };
  if (action === "truncate") return { ...named, bytes: argument };
  const hasMode = action === "mkdir" || action === "mknod" || action === "chmod";
  return hasMode ? { ...named, mode: argument & 0o7777 } : named;
}

/** Without what leads nowhere: whether it is in the mount is seen from its beginning. */
function plain(path: string): string {
  return path.startsWith("/") ? resolve(path) : path;
}

function addressOf(text: string, action: Action, bytes: number): Partial<TelemetryEvent> {
  const [ip = "", port = ""] = text.split(" ");
  const number = Number(port);
  if (!/^[0-9a-f.:]{2,45}$/.test(ip) || !(number <= 0xffff)) return {};
  const transport = action === "send" ? "udp" : "tcp";
  const sent = action === "send" && Number.isSafeInteger(bytes) && bytes >= 0 ? { bytes } : {};
  return { address: { ip, port: number, transport }, ...sent };
}
