/**
 * What a request is about, as a record tells it. Whoever carries requests out fills it before one is carried out, since
 * afterwards what it is about may be gone.
 *
 * @module
 */

import type { Inode } from "../../tree/nodes/inode.ts";
import { UNKNOWN } from "../../telemetry/mount_record.ts";

/** One for all requests: nothing is made anew. */
export class RecordedSubject {
  /** Directory and name of its path; null: it has none, or is the root. */
  parent: Inode | null = null;
  name = "";
  /** Directory of the second name; null: that is no name of a file. */
  targetParent: Inode | null = null;
  /** The second name, the text of a symlink or the name of an attribute; null: there is none. */
  target: string | null = null;
  /** Null if it is made by the request, or is not known. */
  inode: Inode | null = null;
  /** Negative: it has none. */
  offset = -1;
  size = -1;
  mode = UNKNOWN;
  flags = UNKNOWN;

  /** Nothing is known of another request. */
  clear(): void {
    this.target = this.targetParent = null;
    this.offset = this.size = -1;
    this.mode = this.flags = UNKNOWN;
  }

  /** It is about what there is, by the name that it has. */
  is(inode: Inode | null): void {
    this.inode = inode;
    this.parent = inode?.parent ?? null;
    this.name = inode?.name ?? "";
  }

  /** It is about a name, of which there may be something. */
  named(directory: Inode | null, name: string): void {
    this.parent = directory;
    this.name = name;
    this.inode = childOf(directory, name);
  }

  /** What was made is there now. */
  made(): void {
    this.inode ??= childOf(this.parent, this.name);
  }
}

/** Among the names that are in memory: who asks has looked it up. */
function childOf(directory: Inode | null, name: string): Inode | null {
  return directory?.directory?.entries?.get(name)?.inode ?? null;
}
