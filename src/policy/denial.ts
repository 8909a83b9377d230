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
  /** Thread that asked; 0: nobody is known. */
  readonly thread: number;
  readonly uid: number;
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

  add(denial: Omit<Denial, "number">): Denial {
    const numbered = { ...denial, number: ++this.#count };
    this.#last.push(numbered);
    if (this.#last.length > KEPT) this.#last.shift();
    return numbered;
  }
}
