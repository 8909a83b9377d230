/**
 * What is done with the caches above a mount: what is dirty in them is brought in, and they are filled.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import * as linuxFlush from "../../mount/linux/flush_mapped.ts";
import * as linuxList from "../../mount/linux/list_directories.ts";
import * as macosFlush from "../../mount/macos/flush_mapped.ts";
import * as macosList from "../../mount/macos/list_directories.ts";

export interface DirectoryLister {
  readonly isBusy: boolean;
  /** Lists the directory at `path`, a binary string, sometime soon. */
  list(path: string): void;
  /** Looks up `path`, a binary string, now. */
  visit(path: string): void;
  /** Resolves when no directory is open. What waits is given up. */
  end(): Promise<void>;
}

export const { DirectoryLister } = pick<
  { DirectoryLister: new (mount: string) => DirectoryLister }
>(
  linuxList,
  { macos: macosList, windows: macosList },
);

export const { mappedFlusher } = pick(linuxFlush, {
  macos: macosFlush,
  windows: macosFlush,
});
