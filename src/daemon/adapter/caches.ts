/**
 * What is done with the caches above a mount: what is dirty in them is brought in, and they are filled.
 *
 * @module
 */

import { load } from "../../host/pick.ts";

export interface DirectoryLister {
  readonly isBusy: boolean;
  /** Lists the directory at `path`, a binary string, sometime soon. */
  list(path: string): void;
  /** Looks up `path`, a binary string, now. */
  visit(path: string): void;
  /** Resolves when no directory is open. What waits is given up. */
  end(): Promise<void>;
}

export const { DirectoryLister } = await load<
  { DirectoryLister: new (mount: string) => DirectoryLister }
>({
  linux: () => import("../../mount/linux/list_directories.ts"),
  macos: () => import("../../mount/macos/list_directories.ts"),
  windows: () => import("../../mount/macos/list_directories.ts"),
});

export const { mappedFlusher } = await load<{
  /** Makes what brings in pages that programs have dirtied; false: not all came. `drain`: answers what is sent of them. */
  mappedFlusher(mount: string, drain: () => Promise<number>): () => Promise<boolean>;
}>({
  linux: () => import("../../mount/linux/flush_mapped.ts"),
  macos: () => import("../../mount/macos/flush_mapped.ts"),
  windows: () => import("../../mount/windows/flush_mapped.ts"),
});
