/**
 * Sees which processes change which paths of a view, while somebody wants to know: while several tool calls of agents are under
 * way at once.
 *
 * Who asks waits for the answer, so what /proc says of it and of those that started it is there. What the kernel writes back
 * later says nothing of who wrote it; whoever opened the file to write counts.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";
import { processDetails } from "../../host/process_details.ts";
import { type Inode, pathOf } from "../../tree/nodes/inode.ts";
import type { Context } from "../fuse/context.ts";
import { BODY } from "../fuse/request.ts";
import { NOT_RECORDED, recordedActions } from "./recorded_action.ts";
import { RecordedSubject } from "./recorded_subject.ts";
import { findSubject } from "./request_subject.ts";

/** A process as it was seen. Text is binary strings. */
export interface SeenProcess {
  /** Since the machine started, ms. */
  readonly start: number;
  readonly args: readonly string[];
}

/** What was changed, and by whom. */
export interface Witnessed {
  /** Of each writer: itself, who started it, and so on. */
  readonly writers: readonly (readonly SeenProcess[])[];
  /** Each path with the places of its writers in that list. */
  readonly paths: readonly (readonly [path: string, writers: readonly number[]])[];
}

/** How far back it is looked who started a process. */
const MOST_ANCESTORS = 16;
/** Paths and threads that are noted; what comes then is not known. */
const MOST = 16_384;
const ACCESS_MODE = 3;

export class ChangeWitness {
  readonly #actions = recordedActions("opens");
  readonly #subject = new RecordedSubject();
  readonly #writers: SeenProcess[][] = [];
  readonly #byThread = new Map<number, number>();
  readonly #paths = new Map<string, Set<number>>();

  /** A request of the view is about to be carried out. */
  saw(context: Context, opcode: number): void {
    const { request } = context;
    if (request.pid === 0 || this.#actions[opcode] === NOT_RECORDED) return;
    if (opcode === Opcode.OPEN && (request.u32(BODY) & ACCESS_MODE) === 0) return;
    if (this.#isFull) return;
    const subject = this.#subject;
    findSubject(subject, context, opcode);
    const { parent, name, target, targetParent } = subject;
    this.#note(parent, name, request.pid);
    if (targetParent !== null) this.#note(targetParent, target!, request.pid);
  }

  /** A process, or a thread, is about to change what has this name. */
  sawChange(parent: Inode, name: string, by: number): void {
    if (by !== 0 && !this.#isFull) this.#note(parent, name, by);
  }

  get #isFull(): boolean {
    return this.#paths.size >= MOST || this.#byThread.size >= MOST;
  }

  get report(): Witnessed {
    const paths = [...this.#paths].map(([path, writers]) => [path, [...writers]] as const);
    return { writers: this.#writers, paths };
  }

  #note(parent: Inode | null, name: string, thread: number): void {
    const directory = parent === null ? null : pathOf(parent);
    if (directory === null) return;
    const path = directory === "" ? name : `${directory}/${name}`;
    const writer = this.#writerOf(thread);
    const known = this.#paths.get(path);
    if (known === undefined) this.#paths.set(path, new Set([writer]));
    else known.add(writer);
  }

  #writerOf(thread: number): number {
    const known = this.#byThread.get(thread);
    if (known !== undefined) return known;
    const place = this.#writers.push(ancestors(thread)) - 1;
    this.#byThread.set(thread, place);
    return place;
  }
}

function ancestors(thread: number): SeenProcess[] {
  const found: SeenProcess[] = [];
  for (let at = thread; at > 1 && found.length < MOST_ANCESTORS;) {
    const process = processDetails(at);
    if (process === null) break;
    found.push({ start: process.start, args: process.args ?? [] });
    at = process.parent;
  }
  return found;
}
