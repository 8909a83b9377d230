/**
 * Names that were changed from behind the kernel, and are still to be carried out once more for those who watch
 * (`reenactment.ts`).
 *
 * The truth about them is not for the kernel to keep: else it would find the name in its own cache and not ask.
 *
 * @module
 */

import type { PendingName } from "../../tree/changed_names.ts";
import type { Inode } from "../../tree/nodes/inode.ts";

export class PendingNames {
  readonly #names = new Map<Inode, Map<string, PendingName>>();
  #begun = 0;

  /** From now on these are to be done. Each beginning has its {@linkcode end}. */
  begin(names: readonly PendingName[]): void {
    this.#begun++;
    for (const name of names) {
      let inParent = this.#names.get(name.parent);
      if (inParent === undefined) this.#names.set(name.parent, inParent = new Map());
      inParent.set(name.name, name);
    }
  }

  /** When the last one ends, what was not done will not be. */
  end(): void {
    this.#begun = Math.max(0, this.#begun - 1);
    if (this.#begun === 0) this.#names.clear();
  }

  find(parent: Inode, name: string): PendingName | undefined {
    return this.#names.get(parent)?.get(name);
  }

  /** True if the kernel may not keep what a name stands for. */
  has(parent: Inode, name: string): boolean {
    return this.#names.size > 0 && this.find(parent, name) !== undefined;
  }

  delete({ parent, name }: PendingName): void {
    const names = this.#names.get(parent);
    names?.delete(name);
    if (names?.size === 0) this.#names.delete(parent);
  }
}
