/**
 * Tells who watches directories of the mount what was changed from behind the kernel, one after the other and while
 * everything else goes on.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { touch } from "../../mount/linux/touch.ts";
import type { ChangedPath } from "../../tree/changed_paths.ts";
import { MAIN } from "../branches/branches.ts";

export class WatcherTeller {
  #last: Promise<void> = Promise.resolve();
  #isEnding = false;

  /** `mount`: where the file system is mounted. */
  constructor(readonly mount: string) {}

  /** Tells of paths of a branch's tree sometime soon. */
  tell(branch: string, changed: readonly ChangedPath[]): void {
    const root = branch === MAIN ? this.mount : `${this.mount}/.agentvfs/branches/${branch}`;
    this.#last = this.#last.then(() => this.#tell(binaryString(root), changed));
  }

  /** Resolves when nothing is open: the mount would be busy. What was not told of is given up. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#last;
    this.#isEnding = false;
  }

  async #tell(root: string, changed: readonly ChangedPath[]): Promise<void> {
    for (const { path, written } of changed) {
      if (this.#isEnding) return;
      await touch(`${root}/${path}`, written);
    }
  }
}
