/**
 * Directories with nothing below them but whole files, found when the packs were read: the walk over the snapshots need not
 * read and decode them once more, and most directories are like that.
 *
 * It only says of which nothing is left to find. What it does not know, the walk looks at.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import { OBJECT_TYPE_CODES, type ObjectType } from "../../store/format/object_type.ts";
import type { ObjectTable } from "../../store/index/object_table.ts";
import { contentType, visitReferences } from "../../store/objects/references.ts";
import { type InodeRecord, S_IFDIR, S_IFMT, type TreeEntry } from "../../store/trees/entry.ts";
import { isIndex, readLeaf } from "../../store/trees/tree_page.ts";
import { SINGLE_PAGE_ENTRIES } from "../../store/trees/tree_split.ts";
import { type Totals, totalsOf } from "../snapshots/totals.ts";
import { recordFault } from "./record_fault.ts";

export class LeafDirectories {
  readonly #table: ObjectTable;
  /** By place in the table. */
  readonly #sizes: Float64Array;
  /** Names in it; 0 where nothing is known of it. */
  readonly #counts: Uint16Array;

  constructor(table: ObjectTable) {
    this.#table = table;
    this.#sizes = new Float64Array(table.count);
    this.#counts = new Uint16Array(table.count);
  }

  /** Takes an object apart and remembers it if it is such a directory. Throws `damaged_object` if it cannot be. */
  look(id: ObjectId, type: ObjectType, bytes: Uint8Array): void {
    if (type !== "tree" || isIndex(bytes)) return visitReferences(id, type, bytes, () => {});
    const entries: TreeEntry[] = [];
    readLeaf(bytes, id, entries);
    if (entries.length > SINGLE_PAGE_ENTRIES || !entries.every((entry) => this.#isWhole(entry))) {
      return;
    }
    const at = this.#table.find(id);
    if (at < 0) return;
    this.#sizes[at] = totalsOf(entries).size;
    this.#counts[at] = entries.length;
  }

  /** What the directory's record has to say of it; null if it is none of these. */
  totals(id: ObjectId): Totals | null {
    const at = this.#table.find(id);
    const entries = at < 0 ? 0 : this.#counts[at]!;
    return entries === 0 ? null : { size: this.#sizes[at]!, entries, nlink: 2 };
  }

  /** True for what is no directory, in one blob at most, and nothing is wrong with. */
  #isWhole(entry: TreeEntry): boolean {
    if (entry.linked || (entry.mode & S_IFMT) === S_IFDIR) return false;
    if (recordFault(entry) !== null) return false;
    return (entry.xattrs === null || this.#has(entry.xattrs, "xattrs") >= 0) &&
      (entry.content === null || this.#hasBlob(entry, entry.content));
  }

  #hasBlob(record: InodeRecord, content: ObjectId): boolean {
    if (contentType(record) !== "blob") return false;
    const at = this.#has(content, "blob");
    return at >= 0 && this.#table.size(at) === record.size;
  }

  /** Place of the object in the table if it is there and of that type, else -1. */
  #has(id: ObjectId, type: ObjectType): number {
    const at = this.#table.find(id);
    return at >= 0 && this.#table.type(at) === OBJECT_TYPE_CODES[type] ? at : -1;
  }
}
