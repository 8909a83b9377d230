/**
 * Everything that can be read of a stopped store, by name: each checkpoint, and the working tree.
 *
 * @module
 */

import { readBranch } from "../../src/history/refs/branch_table.ts";
import type { Snapshot, TreeEntry } from "../../src/store/trees/entry.ts";
import { Store } from "../../src/store/store.ts";
import { journalPath } from "../../src/store/files/store_paths.ts";
import { read } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal, listSegments } from "../../src/tree/journal/journal.ts";
import { readTarget } from "../../src/tree/operations/read.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { Status } from "../../src/tree/status.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { hasher } from "./sample.ts";

/** What was read, by name; `null` where it could not be. */
export type Contents = Map<string, string | null>;

export interface Everything {
  readonly contents: Contents;
  /** The journal said that it ends early: then the working tree is an earlier one. */
  readonly isCut: boolean;
}

/** Everything that can be read of a store, each checkpoint and the working tree. */
export function readAll(directory: string): Everything {
  const contents: Contents = new Map();
  let store: Store;
  try {
    store = Store.open(directory, hasher);
  } catch (error) {
    assertExpected(error);
    return { contents, isCut: true };
  }
  try {
    readCheckpoints(store, contents);
    return { contents, isCut: readWorkingTree(store, contents) };
  } finally {
    store.close();
  }
}

const FIELDS = [
  "mode",
  "uid",
  "gid",
  "rdev",
  "ino",
  "size",
  "mtimeSec",
  "mtimeNsec",
  "ctimeSec",
  "ctimeNsec",
] as const;

function readCheckpoints(store: Store, contents: Contents): void {
  const ids = attempt(() => store.database.prepare("SELECT id FROM commits").all());
  for (const { id } of ids ?? []) {
    const text = attempt(() => new TextDecoder().decode(store.object(id as never, "commit")));
    contents.set(`commit ${id}`, text);
    if (text !== null) readSnapshot(store, JSON.parse(text).snapshot, `commit ${id}`, contents);
  }
}

function readSnapshot(store: Store, { root, links }: Snapshot, name: string, contents: Contents) {
  const walk = (entry: TreeEntry | Snapshot["root"], path: string) => {
    const record = "linked" in entry && entry.linked
      ? attempt(() => store.readLink(links, entry.ino))
      : entry;
    contents.set(
      path,
      record === null ? null : JSON.stringify(FIELDS.map((f) => (record as never)[f])),
    );
    if (record === null || "linked" in record && record.linked) return;
    const inode = record as Snapshot["root"];
    contents.set(`${path} xattrs`, attempt(() => show(store.readXattrs(inode.xattrs))));
    if ((inode.mode & 0o170000) === 0o040000) {
      const entries = attempt(() => store.readTree(inode.content));
      contents.set(`${path} names`, entries && JSON.stringify(entries.map((e) => e.name)));
      for (const child of entries ?? []) walk(child, `${path}/${child.name}`);
    } else {
      contents.set(
        `${path} bytes`,
        attempt(() => {
          const bytes = new Uint8Array(inode.size);
          store.readContent(inode, inode.size, 0, bytes, 0, inode.size);
          return hasher.blob(bytes);
        }),
      );
    }
  };
  walk(root, name);
}

/** Returns true if the journal is known to lack something. */
function readWorkingTree(store: Store, contents: Contents): boolean {
  const row = attempt(() => store.database.prepare("SELECT * FROM branches").get() ?? null);
  const branch = row === null ? null : attempt(() => readBranch(row));
  if (branch === null) return true;
  const journal = new Journal(journalPath(store.directory, 0));
  const tree = new WorkingTree(store, null, journal, branch.snapshot, branch.nextInode);
  const segments = listSegments(journal.directory).filter((number) => number >= branch.segment);
  const report = attempt(() => replay(tree, segments));
  const walk = (inode: Inode, path: string) => {
    const { mode, uid, gid, ino, size, mtimeSec, mtimeNsec } = inode;
    const isLoaded = inode.directory === null || attempt(() => tree.load(inode)) === Status.Ok;
    contents.set(path, JSON.stringify([mode, uid, gid, ino, mtimeSec, mtimeNsec]));
    contents.set(`${path} xattrs`, attempt(() => show(tree.xattrs(inode))));
    if (inode.isFile) contents.set(`${path} bytes`, attempt(() => bytesOf(tree, inode, size)));
    if (inode.isSymlink) contents.set(`${path} target`, attempt(() => targetOf(tree, inode)));
    if (inode.directory === null) return;
    if (!isLoaded) return void contents.set(`${path} names`, null);
    const names = [...inode.directory.entries!.keys()].sort();
    contents.set(`${path} names`, JSON.stringify(names));
    for (const name of names) walk(inode.directory.entries!.get(name)!.inode, `${path}/${name}`);
  };
  const isCut = report === null || report.damage !== null || report.lost.length > 0 ||
    report.tornBytes > 0;
  if (!isCut) walk(tree.root, "tree");
  journal.close();
  return isCut;
}

function bytesOf(tree: WorkingTree, inode: Inode, size: number): string | null {
  const bytes = new Uint8Array(size);
  return read(tree, inode, 0, bytes, 0, size) === size ? hasher.blob(bytes) : null;
}

function targetOf(tree: WorkingTree, inode: Inode): string | null {
  const target = readTarget(tree, inode);
  return typeof target === "number" ? null : target;
}

function show(xattrs: ReadonlyMap<string, Uint8Array>): string {
  return JSON.stringify([...xattrs].map(([name, value]) => [name, value.toHex()]));
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    assertExpected(error);
    return null;
  }
}

/** Damage is an error of ours or of SQLite's, never a failure of the program. */
function assertExpected(error: unknown): void {
  const { name, code } = error as { name?: string; code?: string };
  const isExpected = ["StoreError", "HistoryError", "JournalError"].includes(name ?? "") ||
    code === "ERR_SQLITE_ERROR" || code === "no_space" || code === "io_error" ||
    code === "newer_version";
  if (!isExpected) throw error;
}
