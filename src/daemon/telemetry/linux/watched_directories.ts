/**
 * Directories outside the mount in which fanotify tells what is opened, run, read and written, because somebody asked for them.
 *
 * @module
 */

import { displayString } from "../../../../ffi/binary_string.ts";
import { FanotifySource } from "../../../telemetry/linux/fanotify_source.ts";
import { SourceError } from "../../../telemetry/source.ts";
import type { WatchedDirectory } from "../messages.ts";

export class WatchedDirectories {
  /** Null: none is watched. */
  source: FanotifySource | null = null;
  /** By binary string, why each is not watched; null: it is. */
  readonly #why = new Map<string, string | null>();

  /** `except`: below these nothing is told of. Binary strings. */
  constructor(readonly except: readonly string[]) {}

  /** These are watched from now on, and no others. What could not be watched is tried again. */
  set(directories: readonly string[]): void {
    for (const directory of this.#why.keys()) {
      if (directories.includes(directory)) continue;
      this.source?.unwatch(directory);
      this.#why.delete(directory);
    }
    for (const directory of directories) {
      if (this.#why.get(directory) !== null) this.#why.set(directory, this.#watch(directory));
    }
    if ([...this.#why.values()].includes(null)) return;
    this.source?.stop();
    this.source = null;
  }

  states(): WatchedDirectory[] {
    return [...this.#why].map(([directory, why]) => ({ path: displayString(directory), why }));
  }

  /** Why not; null: it is. */
  #watch(directory: string): string | null {
    try {
      this.source ??= FanotifySource.start({ except: this.except });
      this.source.watch(directory);
      return null;
    } catch (error) {
      if (error instanceof SourceError) return error.message;
      throw error;
    }
  }
}
