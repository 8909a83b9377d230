/**
 * Having the kernel find a directory again that it dropped from its tree of names.
 *
 * At the shared mountpoint a name may be a directory to one branch and nothing to another. Whoever of the other branch
 * looks for it makes the kernel drop the directory, and those who stand in it have no path any more: getcwd(2) fails.
 * So somebody looks the directory up again, and is answered as one of those who have it.
 *
 * That is a thread of the daemon, other than the one that answers. It is told from other callers by its process. One
 * directory is looked up at a time, so that it is clear as whom.
 *
 * @module
 */

import type { Elsewhere } from "../shared_directories.ts";
import type { View } from "../views.ts";

/** Directories that wait. */
const WAITING = 64;
/** A lookup that does not come in this time does not come at all, ms. */
const DEADLINE_MS = 200;

export class Revisits {
  #current: Elsewhere | null = null;
  #since = 0;
  readonly #waiting = new Map<number, Elsewhere>();

  /** `look` has the path looked up, sometime soon and by another thread. */
  constructor(readonly look: (path: string) => void) {}

  /** The view as which the daemon's own threads are answered; null if none of them is looking. */
  get view(): View | null {
    return this.#current?.view ?? null;
  }

  add(revisit: Elsewhere): void {
    if (this.#current?.id === revisit.id && !this.#isLate) return;
    if (this.#waiting.size < WAITING) this.#waiting.set(revisit.id, revisit);
    if (this.#current === null || this.#isLate) this.#next();
  }

  /** One of the daemon's threads was told of a name. */
  answered(parent: number, name: string): void {
    if (this.#current?.parent === parent && this.#current.name === name) this.#next();
  }

  get #isLate(): boolean {
    return performance.now() - this.#since > DEADLINE_MS;
  }

  #next(): void {
    this.#current = null;
    for (const [id, revisit] of this.#waiting) {
      this.#waiting.delete(id);
      this.#current = revisit;
      this.#since = performance.now();
      this.look(revisit.path);
      return;
    }
  }
}
