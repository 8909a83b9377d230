/**
 * What was refused: the last of it is kept for those who ask.
 *
 * @module
 */

export interface Denial {
  /** Counts from 1 in each server. */
  readonly number: number;
  /** Ms since 1970. */
  readonly time: number;
  /** Null: a checkpoint. */
  readonly branch: string | null;
  /** From the root of the branch, a binary string. */
  readonly path: string;
  /** Name of the operation, as rules have it. */
  readonly operation: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Thread that asked, or its process; 0: nobody is known. */
  readonly thread: number;
  /** Null where users have no numbers. */
  readonly uid: number | null;
}

const KEPT = 100;

export class Denials {
  readonly #last: Denial[] = [];
  #count = 0;

  /** How many there were since the server began. */
  get count(): number {
    return this.#count;
  }

  /** Oldest first. */
  get last(): readonly Denial[] {
    return this.#last;
  }

  /** The kernel asks twice for a page that it does not get: that is one. */
  add(denial: Omit<Denial, "number">): void {
    const last = this.#last.at(-1);
    if (last !== undefined && isAgain(last, denial)) return;
    this.#last.push({ ...denial, number: ++this.#count });
    if (this.#last.length > KEPT) this.#last.shift();
  }
}

/** So soon after one that it is the same call, ms. */
const SAME_CALL_MS = 10;

function isAgain(last: Denial, next: Omit<Denial, "number">): boolean {
  return next.operation === "read" && last.operation === "read" && next.thread === last.thread &&
    next.path === last.path && next.branch === last.branch &&
    next.time - last.time < SAME_CALL_MS;
}
