/**
 * Deletions that are to come: what a program has deleted goes when the last handle is closed, which may be another program's.
 *
 * @module
 */

import type { Inode } from "../../../tree/nodes/inode.ts";
import type { OpenFile } from "../opens.ts";

/** What a rule has said. */
export interface Decided {
  /** Place in `VERDICTS`. */
  readonly verdict: number;
  readonly rule: string;
}

interface Removal {
  readonly caller: number;
  readonly parent: Inode | null;
  readonly name: string;
  readonly decided: Decided | null;
  readonly epoch: number;
}

export class Removals {
  readonly #coming = new WeakMap<Inode, Removal>();
  /** Grows when a name may be elsewhere, or rules may be others: then what was decided is decided again. */
  #epoch = 0;

  /** Whoever has this open may delete it. `decided` null: it is asked about when it goes. */
  intend({ inode, parent, name, caller }: Omit<OpenFile, "handle">, decided: Decided | null): void {
    this.#coming.set(inode, { caller, parent, name, decided, epoch: this.#epoch });
  }

  forget(): void {
    this.#epoch++;
  }

  /** Who deletes what somebody closes, and what was decided about it. */
  of({ inode, parent, name, caller }: OpenFile): Pick<Removal, "caller" | "decided"> {
    const removal = this.#coming.get(inode);
    if (removal === undefined) return { caller, decided: null };
    const isSame = removal.parent === parent && removal.name === name &&
      removal.epoch === this.#epoch;
    return { caller: removal.caller, decided: isSame ? removal.decided : null };
  }
}
