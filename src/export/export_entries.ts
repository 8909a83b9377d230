/**
 * Everything that a snapshot holds, name by name, as it is written to an archive.
 *
 * @module
 */

import { diffSnapshots } from "../history/diff/diff.ts";
import { pathMatcher } from "../history/project/path_glob.ts";
import {
  type InodeRecord,
  S_IFDIR,
  S_IFMT,
  S_IFSOCK,
  type Snapshot,
} from "../store/trees/entry.ts";
import type { Store } from "../store/store.ts";

export interface ExportEntry {
  /** Binary string, relative to the root. */
  readonly path: string;
  readonly record: InodeRecord;
  /** Path of an earlier entry that is the same inode. */
  readonly linkTo: string | null;
}

/**
 * The entries of `snapshot`, a directory before what is in it. Sockets are none: they are nothing without the program that
 * listens.
 *
 * @param only patterns of what is wanted, which comes with the directories it is in; null for everything
 */
export function* exportEntries(
  store: Store,
  snapshot: Snapshot,
  only: readonly string[] | null,
): Generator<ExportEntry> {
  const isWanted = only === null ? null : pathMatcher(only);
  const firstNames = new Map<number, string>();
  /** Directories above the last path of which it is not known yet whether anything in them is wanted. */
  let pending: ExportEntry[] = [];
  for (const { path, after } of diffSnapshots(store, null, snapshot)) {
    const record = after!;
    const kind = record.mode & S_IFMT;
    if (kind === S_IFSOCK) continue;
    const isDirectory = kind === S_IFDIR;
    if (isWanted !== null && !isWanted(path)) {
      if (isDirectory) {
        pending = [...above(pending, path), { path, record, linkTo: null }];
      }
      continue;
    }
    yield* above(pending, path);
    pending = [];
    const linkTo = isDirectory || record.nlink < 2 ? null : firstNames.get(record.ino) ?? null;
    if (!isDirectory && record.nlink > 1 && linkTo === null) firstNames.set(record.ino, path);
    yield { path, record, linkTo };
  }
}

/** Those of the directories that the path is in. */
function above(directories: readonly ExportEntry[], path: string): ExportEntry[] {
  return directories.filter((directory) => path.startsWith(`${directory.path}/`));
}
