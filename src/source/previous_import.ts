/**
 * An earlier import as a cache: what its files' stat was then tells whether their bytes are the same now.
 *
 * @module
 */

import type { Timestamp } from "../host/clock.ts";
import type { InodeRecord, Snapshot, TreeEntry } from "../store/trees/entry.ts";
import { S_IFDIR, S_IFMT } from "../store/trees/entry.ts";
import type { Store } from "../store/store.ts";
import { LinkLookup } from "../history/snapshots/link_lookup.ts";
import type { SourceEntry } from "./read_source.ts";

/**
 * A file changed this shortly before the import began may have changed again within the same tick of the
 * file system's clock (2 s on FAT, 1 s on old NFS), after it was read: git calls such entries racy.
 */
const RACY_SECONDS = 2;

export class PreviousImport {
  readonly #store: Store;
  readonly #snapshot: Snapshot | null;
  readonly #links: LinkLookup;
  readonly #trustedBefore: number;

  /** `began` is when the previous import started to read; without it nothing is trusted. */
  constructor(store: Store, snapshot: Snapshot | null, began: Timestamp | undefined) {
    this.#store = store;
    this.#snapshot = began === undefined ? null : snapshot;
    this.#links = new LinkLookup(store, snapshot?.links ?? null);
    this.#trustedBefore = (began?.sec ?? 0) - RACY_SECONDS;
  }

  /** What was in a directory of the previous import, by name. */
  entriesOf(directory: TreeEntry | null): ReadonlyMap<string, TreeEntry> | null {
    if (this.#snapshot === null || directory === null || directory.linked) return null;
    if ((directory.mode & S_IFMT) !== S_IFDIR) return null;
    return new Map(this.#store.readTree(directory.content).map((entry) => [entry.name, entry]));
  }

  /**
   * What was stored for `entry` if it is certainly the same. For directories that says nothing of what
   * is in them, only that their extended attributes are the same.
   */
  unchanged(entry: SourceEntry, before: TreeEntry | null): InodeRecord | null {
    if (this.#snapshot === null || before === null || before.ino !== entry.ino) return null;
    if (entry.ctimeSec >= this.#trustedBefore) return null;
    const record = before.linked ? this.#links.get(before.ino) : before;
    if (record === null || record.mode !== entry.mode) return null;
    const sameSize = record.size === entry.size || (entry.mode & S_IFMT) === S_IFDIR;
    return sameSize && record.uid === entry.uid && record.gid === entry.gid &&
        record.rdev === entry.rdev && record.mtimeSec === entry.mtimeSec &&
        record.mtimeNsec === entry.mtimeNsec && record.ctimeSec === entry.ctimeSec &&
        record.ctimeNsec === entry.ctimeNsec
      ? record
      : null;
  }
}
