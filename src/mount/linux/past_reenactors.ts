/**
 * The threads of servers that are gone which carried changes out once more (`../fuse/reenactment.ts`).
 *
 * One that waits for an answer when its server is killed goes on waiting, for the next server's. What it asks for must not be
 * carried out: it means a file that is not there any more, or has been made already.
 *
 * @module
 */

import { isRunning, type ProcessId } from "../../host/processes.ts";

export class PastReenactors {
  readonly #started: ReadonlyMap<number, number>;

  constructor(threads: readonly ProcessId[]) {
    this.#started = new Map(threads.map(({ pid, started }) => [pid, started]));
  }

  /** True if a request is such a thread's, and not of another one that has its number now. */
  isBy(thread: number): boolean {
    const started = this.#started.get(thread);
    return started !== undefined && isRunning({ pid: thread, started });
  }
}
