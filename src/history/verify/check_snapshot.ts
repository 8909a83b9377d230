/**
 * Whether everything a snapshot reaches is there and fits together.
 *
 * What was found good once is not looked at again, so forty checkpoints of one project cost little more than
 * one. Only the link table belongs to a snapshot as a whole: subtrees with linked names are looked at again
 * for each table.
 *
 * @module
 */

import { ChunkList } from "../../store/contents/chunk_list.ts";
import type { Findings } from "../../store/format/damage.ts";
import {
  type InodeRecord,
  S_IFDIR,
  S_IFMT,
  type Snapshot,
  type TreeEntry,
} from "../../store/trees/entry.ts";
import { readLinks } from "../../store/trees/link_table.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { ObjectIndex } from "../../store/index/object_index.ts";
import type { ObjectTable } from "../../store/index/object_table.ts";
import { OBJECT_TYPE_CODES, type ObjectType } from "../../store/format/object_type.ts";
import { contentType } from "../../store/objects/references.ts";
import type { Work } from "../../store/format/sliced.ts";
import type { Store } from "../../store/store.ts";
import { StoreError } from "../../store/format/store_error.ts";
import { TableSource } from "../../store/table_source.ts";
import { isIndex, readIndex } from "../../store/trees/tree_page.ts";
import { decodeTree, readTree } from "../../store/trees/tree_read.ts";
import { pageStarts, SINGLE_PAGE_ENTRIES } from "../../store/trees/tree_split.ts";
import { type Totals, totalsOf } from "../snapshots/totals.ts";
import type { LeafDirectories } from "./leaf_directories.ts";
import { recordFault } from "./record_fault.ts";

/** What is known of an object, as bits of its mark. Bit 1 is the packs' own. */
const CHECKED = 2;
/** A name of a linked inode is in it or below. */
const HAS_LINKS = 4;
/** Something in it or below cannot be read. */
const BROKEN = 8;

/** Directories that were walked between two pauses, at most. */
const PAUSE_EVERY = 16;

interface Frame {
  readonly id: ObjectId;
  readonly path: string;
  readonly entries: readonly TreeEntry[];
  next: number;
  flags: number;
}

/** Inodes of a link table and how many of their names have been seen. */
interface Links {
  readonly records: ReadonlyMap<number, InodeRecord>;
  readonly seen: Map<number, number>;
}

export class SnapshotCheck {
  readonly #table: ObjectTable;
  readonly #leaves: LeafDirectories | null;
  readonly #source: TableSource;
  readonly #findings: Findings;
  readonly #index: ObjectIndex;
  /** The object asked for last, and its place in the table: one is asked about several times in a row. */
  #lastId: ObjectId | null = null;
  #lastAt = -1;
  /** Marks of objects that were committed after the table was read. */
  readonly #late = new Map<ObjectId, number>();
  /** Names with a linked inode were counted for these pairs of root and table. */
  readonly #linksChecked = new Set<string>();
  trees = 0;
  files = 0;
  #steps = 0;

  /** @param leaves directories that need not be looked into again: of a store in which nothing was found so far */
  constructor(
    store: Store,
    table: ObjectTable,
    findings: Findings,
    leaves: LeafDirectories | null,
  ) {
    this.#table = table;
    this.#leaves = leaves;
    this.#source = new TableSource(store, table);
    this.#findings = findings;
    this.#index = new ObjectIndex(store.database);
  }

  /** Checks a snapshot. True if all of it can be read. */
  *check(snapshot: Snapshot, what: string): Work<boolean> {
    const { root } = snapshot;
    if ((root.mode & S_IFMT) !== S_IFDIR) {
      this.#findings.add({ code: "tree", message: `The root of ${what} is no directory` });
      return false;
    }
    let flags = this.#record(root, what, "");
    if (root.content !== null) flags |= yield* this.#tree(root, what, "");
    flags |= yield* this.#links(snapshot, what, flags);
    return (flags & BROKEN) === 0;
  }

  /** Whether something in the object, or below it, cannot be read. Only of what was checked. */
  isBroken(id: ObjectId | null): boolean {
    return id !== null && (this.#findings.isLost(id) || (this.#flags(id) & BROKEN) !== 0);
  }

  /** Walks a directory that was not checked before. Returns its flags. */
  *#tree(record: InodeRecord, what: string, path: string): Work<number> {
    const known = this.#known(record, what, path);
    if (known & CHECKED) return known;
    const first = this.#enter(record, what, path);
    if (first === null) return BROKEN;
    const stack = [first];
    while (true) {
      const frame = stack.at(-1)!;
      const entry = frame.entries[frame.next++];
      if (entry === undefined) {
        stack.pop();
        this.#setFlags(frame.id, frame.flags | CHECKED);
        const parent = stack.at(-1);
        if (parent === undefined) return frame.flags;
        parent.flags |= frame.flags & (HAS_LINKS | BROKEN);
        if (++this.#steps % PAUSE_EVERY === 0) yield this.#progress();
        continue;
      }
      if (entry.linked) {
        frame.flags |= HAS_LINKS;
        continue;
      }
      const at = frame.path === "" ? entry.name : `${frame.path}/${entry.name}`;
      frame.flags |= this.#record(entry, what, at);
      if ((entry.mode & S_IFMT) !== S_IFDIR || entry.content === null) continue;
      const seen = this.#known(entry, what, at);
      if (seen & CHECKED) {
        frame.flags |= seen & (HAS_LINKS | BROKEN);
        continue;
      }
      const below = this.#enter(entry, what, at);
      if (below === null) frame.flags |= BROKEN;
      else stack.push(below);
    }
  }

  /** Flags of a directory that was checked before, or that the packs' check has told enough of. */
  #known(record: InodeRecord, what: string, path: string): number {
    const id = record.content!;
    const flags = this.#flags(id);
    if (flags & CHECKED) return flags;
    const totals = this.#leaves?.totals(id) ?? null;
    if (totals === null) return flags;
    this.trees++;
    this.files += totals.entries;
    const fault = totalsFault(record, totals);
    if (fault !== null) this.#misfit(what, path, fault);
    this.#setFlags(id, CHECKED);
    return CHECKED;
  }

  #progress() {
    return { phase: "trees", done: this.trees, total: 0, unit: "objects" } as const;
  }

  /** Reads a directory and checks what only its record and its entries together can tell. */
  #enter(record: InodeRecord, what: string, path: string): Frame | null {
    const id = record.content!;
    const tree = this.#try(id, what, path, () => {
      const bytes = this.#source.object(id, "tree");
      return { bytes, entries: decodeTree(this.#source, id, bytes) };
    });
    if (tree === null) return null;
    const { bytes, entries } = tree;
    this.trees++;
    const fault = pagesFault(id, bytes, entries) ?? totalsFault(record, totalsOf(entries));
    if (fault !== null) this.#misfit(what, path, fault);
    return { id, path, entries, next: 0, flags: 0 };
  }

  /** Checks what a record says of its own bytes. Returns its flags; those of a directory's tree are not in them. */
  #record(record: InodeRecord, what: string, path: string): number {
    this.files++;
    let flags = 0;
    if (record.xattrs !== null) flags |= this.#object(record.xattrs, "xattrs", what, path);
    if ((record.mode & S_IFMT) === S_IFDIR) return flags;
    const fault = recordFault(record);
    if (fault !== null) this.#misfit(what, path, fault);
    if (record.content === null) return flags;
    return flags | this.#content(record.content, record, what, path);
  }

  #content(id: ObjectId, record: InodeRecord, what: string, path: string): number {
    const type = contentType(record);
    const flags = this.#object(id, type, what, path);
    if (flags & BROKEN) return flags;
    if (type === "blob") {
      const size = this.#size(id);
      if (size === record.size) return flags;
      this.#misfit(what, path, `it should have ${record.size} bytes and its object has ${size}`);
      return flags;
    }
    const list = this.#try(
      id,
      what,
      path,
      () => ChunkList.decode(this.#source.object(id, "chunks"), id),
    );
    if (list === null) return BROKEN;
    if (list.size !== record.size) {
      const fault = `it should have ${record.size} bytes and its chunk list has ${list.size}`;
      this.#misfit(what, path, fault);
    }
    if (this.#flags(id) & CHECKED) return this.#flags(id) & BROKEN;
    const broken = this.#chunks(list, what, path);
    this.#setFlags(id, CHECKED | broken);
    return broken;
  }

  #chunks(list: ChunkList, what: string, path: string): number {
    let flags = 0;
    for (let run = 0; run < list.runs; run++) {
      const id = list.id(run);
      if (id === null) continue;
      flags |= this.#object(id, "blob", what, path);
      if (flags & BROKEN) continue;
      const size = this.#size(id);
      for (const chunk of [list.start(run), list.start(run + 1) - 1]) {
        if (size === list.chunkLength(chunk)) continue;
        this.#misfit(what, path, `its chunk ${chunk} has ${size} bytes`);
      }
    }
    return flags;
  }

  /** Checks that an object is there and is what it should be. */
  #object(id: ObjectId, type: ObjectType, what: string, path: string): number {
    if (this.#findings.isLost(id)) return BROKEN;
    const found = this.#typeCode(id);
    if (found === null) {
      const message = `Object ${id}, a ${type} of ${named(what, path)}, is not in the store`;
      this.#findings.lose(id, { code: "missing_object", message });
      return BROKEN;
    }
    if (found === OBJECT_TYPE_CODES[type]) return 0;
    this.#misfit(what, path, `object ${id} should be a ${type}`);
    return BROKEN;
  }

  /** The link table itself, and that each linked name has a record and each record its names. */
  *#links(snapshot: Snapshot, what: string, flags: number): Work<number> {
    const { root, links } = snapshot;
    if (links === null && (flags & HAS_LINKS) === 0) return 0;
    const key = `${root.content} ${links}`;
    if (this.#linksChecked.has(key)) return this.isBroken(links) ? BROKEN : 0;
    this.#linksChecked.add(key);
    let broken = 0;
    const records = links === null
      ? new Map<number, InodeRecord>()
      : this.#try(links, what, "", () => readLinks(this.#source, links));
    if (records === null) return BROKEN;
    for (const [ino, record] of records) {
      broken |= this.#record(record, what, `(inode ${ino})`);
      if (record.nlink < 1) this.#misfit(what, `(inode ${ino})`, "it has no names");
    }
    if (broken & BROKEN && links !== null) this.#setFlags(links, this.#flags(links) | BROKEN);
    if (flags & BROKEN) return broken;
    const table: Links = { records, seen: new Map() };
    if (flags & HAS_LINKS) yield* this.#names(root.content!, table, what);
    for (const [ino, { nlink }] of records) {
      const names = table.seen.get(ino) ?? 0;
      if (names === nlink) continue;
      this.#misfit(what, `(inode ${ino})`, `it has ${names} names and should have ${nlink}`);
    }
    return broken;
  }

  /** Counts the names of linked inodes below a tree that is whole. */
  *#names(root: ObjectId, links: Links, what: string): Work<void> {
    const stack = [{ id: root, path: "" }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (const entry of readTree(this.#source, next.id)) {
        const path = next.path === "" ? entry.name : `${next.path}/${entry.name}`;
        if (entry.linked) {
          links.seen.set(entry.ino, (links.seen.get(entry.ino) ?? 0) + 1);
          if (!links.records.has(entry.ino)) {
            this.#misfit(what, path, `inode ${entry.ino} is not in the link table`);
          }
        } else if ((entry.mode & S_IFMT) === S_IFDIR && entry.content !== null) {
          if (this.#flags(entry.content) & HAS_LINKS) stack.push({ id: entry.content, path });
        }
      }
      if (++this.#steps % PAUSE_EVERY === 0) yield this.#progress();
    }
  }

  /** Runs what reads objects; null, and a finding, where one of them cannot be read. */
  #try<T>(id: ObjectId, what: string, path: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { code, details, message } = error;
      if (code !== "missing_object" && code !== "damaged_object") throw error;
      const lost = details.id ?? id;
      const sentence = `${message} (of ${named(what, path)})`;
      const damage = code === "missing_object" ? "missing_object" : "object";
      this.#findings.lose(lost, { code: damage, message: sentence });
      // A page of a directory, or a bucket of a link table: what names it is lost with it.
      if (lost !== id) this.#setFlags(id, this.#flags(id) | BROKEN);
      return null;
    }
  }

  #misfit(what: string, path: string, fault: string): void {
    this.#findings.add({ code: "tree", message: `In ${named(what, path)}: ${fault}` });
  }

  #find(id: ObjectId): number {
    if (id !== this.#lastId) {
      this.#lastId = id;
      this.#lastAt = this.#table.find(id);
    }
    return this.#lastAt;
  }

  #typeCode(id: ObjectId): number | null {
    const at = this.#find(id);
    return at >= 0 ? this.#table.type(at) : this.#index.find(id)?.type ?? null;
  }

  #size(id: ObjectId): number {
    const at = this.#find(id);
    return at >= 0 ? this.#table.size(at) : this.#index.find(id)?.size ?? -1;
  }

  #flags(id: ObjectId): number {
    const at = this.#find(id);
    return at >= 0 ? this.#table.marks[at]! : this.#late.get(id) ?? 0;
  }

  #setFlags(id: ObjectId, flags: number): void {
    const at = this.#find(id);
    if (at >= 0) this.#table.marks[at]! |= flags;
    else this.#late.set(id, (this.#late.get(id) ?? 0) | flags);
  }
}

/** Why a directory is not cut into pages as it should be, or null. */
function pagesFault(id: ObjectId, bytes: Uint8Array, entries: readonly TreeEntry[]): string | null {
  const counts = isIndex(bytes) ? readIndex(bytes, id).map(({ count }) => count) : null;
  const starts = entries.length <= SINGLE_PAGE_ENTRIES ? [0] : pageStarts(entries);
  const expected = starts.length === 1
    ? null
    : starts.map((start, i) => (starts[i + 1] ?? entries.length) - start);
  if (counts?.join() === expected?.join()) return null;
  return "its pages are cut elsewhere than they should be";
}

function totalsFault(record: InodeRecord, { size, entries, nlink }: Totals): string | null {
  if (record.size !== size) {
    return `it says ${record.size} bytes are below it and there are ${size}`;
  }
  if (record.entries !== entries) {
    return `it says ${record.entries} names are below it and there are ${entries}`;
  }
  // 0 where it was not known.
  if (record.nlink === 0 || record.nlink === nlink) return null;
  return `it says its link count is ${record.nlink} and it is ${nlink}`;
}

/** `path` of `what`, for people. */
function named(what: string, path: string): string {
  return path === "" ? what : `${JSON.stringify(path)} of ${what}`;
}
