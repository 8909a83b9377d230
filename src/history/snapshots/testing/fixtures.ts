/**
 * Small file systems as plain data, for the tests of this folder: to store, to read back, to compare.
 *
 * @module
 */

import * as fc from "fast-check";
import type { InodeRecord, Snapshot, TreeEntry } from "../../../store/trees/entry.ts";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../../../store/trees/entry.ts";
import type { Hasher } from "../../../store/format/hasher.ts";
import { loadHasher } from "../../../store/format/hash.ts";
import type { ObjectId } from "../../../store/format/object_id.ts";
import type { Store } from "../../../store/store.ts";
import { StoreWriter } from "../../../store/store_writer.ts";
import { isDirectory } from "../record.ts";
import { totalsOf } from "../totals.ts";

/** A file, a symlink (text is the target) or a directory. */
export interface ModelInode {
  readonly kind: "file" | "symlink" | "directory";
  readonly ino: number;
  mode: number;
  uid: number;
  /** 0 if it is not given. */
  gid?: number;
  text: string;
  mtime: number;
  xattr: string | null;
  /** Of a directory. Two names may hold the same file: a hard link. */
  readonly children: Map<string, ModelInode>;
}

let hasher: Promise<Hasher> | null = null;

/** Runs `use` with a store of its own in a temporary directory. */
export async function withStore<T>(use: (store: StoreWriter) => T | Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-history-" });
  const store = StoreWriter.create(`${directory}/store`, await (hasher ??= loadHasher()));
  try {
    return await use(store);
  } finally {
    store.close();
    await Deno.remove(directory, { recursive: true });
  }
}

let lastInode = 1000;

/** A number that no model has. */
export function freshInode(): number {
  return ++lastInode;
}

export function file(text: string, properties: Partial<ModelInode> = {}): ModelInode {
  return { ...inode("file", 0o644), text, ...properties };
}

export function symlink(text: string, properties: Partial<ModelInode> = {}): ModelInode {
  return { ...inode("symlink", 0o777), text, ...properties };
}

export function directory(
  children: Record<string, ModelInode> = {},
  properties: Partial<ModelInode> = {},
): ModelInode {
  const entries = new Map(Object.entries(children));
  return { ...inode("directory", 0o755), children: entries, ...properties };
}

function inode(kind: ModelInode["kind"], mode: number): ModelInode {
  return {
    kind,
    ino: freshInode(),
    mode,
    uid: 0,
    text: "",
    mtime: 1,
    xattr: null,
    children: new Map(),
  };
}

/** A deep copy with the same inode numbers and the same hard links. */
export function copyModel(root: ModelInode): ModelInode {
  const copies = new Map<ModelInode, ModelInode>();
  const copy = (node: ModelInode): ModelInode => {
    const known = copies.get(node);
    if (known) return known;
    const made = { ...node, children: new Map<string, ModelInode>() };
    copies.set(node, made);
    for (const [name, child] of node.children) made.children.set(name, copy(child));
    return made;
  };
  return copy(root);
}

/** How many names each inode below `root` has. */
export function nameCounts(root: ModelInode): Map<ModelInode, number> {
  const counts = new Map<ModelInode, number>();
  const visit = (node: ModelInode) => {
    for (const child of node.children.values()) {
      counts.set(child, (counts.get(child) ?? 0) + 1);
      if (child.kind === "directory") visit(child);
    }
  };
  visit(root);
  return counts;
}

/** Stores the whole model from nothing. */
export function storeModel(store: StoreWriter, root: ModelInode): Snapshot {
  const counts = nameCounts(root);
  const links = new Map<number, InodeRecord>();
  const record = (node: ModelInode): InodeRecord => {
    const attributes = storedAttributes(store, node);
    if (node.kind !== "directory") return { ...attributes, ...storedText(store, node) };
    const entries: TreeEntry[] = [...node.children].map(([name, child]) => {
      if (counts.get(child)! < 2) return { ...record(child), name, linked: false };
      links.set(child.ino, { ...record(child), nlink: counts.get(child)! });
      return { name, linked: true, ino: child.ino };
    });
    entries.sort((a, b) => a.name < b.name ? -1 : 1);
    return { ...attributes, ...totalsOf(entries), content: store.putTree(entries) };
  };
  const stored = record(root);
  return { root: stored, links: store.updateLinks(null, links) };
}

/** The bytes of a binary string. */
export function textBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Attributes as a record or a capture has them, with the extended attributes stored. */
export function storedAttributes(store: StoreWriter, node: ModelInode): InodeRecord {
  const value = node.xattr === null ? null : new TextEncoder().encode(node.xattr);
  const kind = { file: S_IFREG, symlink: S_IFLNK, directory: S_IFDIR }[node.kind];
  return {
    mode: kind | node.mode,
    uid: node.uid,
    gid: node.gid ?? 0,
    rdev: 0,
    ino: node.ino,
    size: node.kind === "directory" ? 0 : node.text.length,
    mtimeSec: node.mtime,
    mtimeNsec: 0,
    ctimeSec: node.mtime,
    ctimeNsec: 0,
    xattrs: value === null ? null : store.putXattrs(new Map([["user.note", value]])),
    content: null,
    chunked: false,
    nlink: 1,
    entries: 0,
  };
}

function storedText(store: StoreWriter, node: ModelInode) {
  const bytes = textBytes(node.text);
  if (node.kind === "symlink") return { content: store.putBlob(bytes), chunked: false };
  return store.putFile(bytes.length, (offset, into, length) => {
    into.set(bytes.subarray(offset, offset + length));
  });
}

/** A path and everything that a snapshot says of it, totals and link counts included. */
export type Listing = Map<string, InodeRecord>;

/** Every path of a snapshot. */
export function listSnapshot(store: Store, snapshot: Snapshot): Listing {
  const listing: Listing = new Map([["", snapshot.root]]);
  const visit = (path: string, tree: ObjectId | null) => {
    for (const entry of store.readTree(tree)) {
      const at = path === "" ? entry.name : `${path}/${entry.name}`;
      const record = entry.linked ? store.readLink(snapshot.links, entry.ino)! : entry;
      listing.set(at, record);
      if (isDirectory(entry)) visit(at, entry.content);
    }
  };
  visit("", snapshot.root.content);
  return listing;
}

/** One change of a model at random places. */
export type Edit =
  | { type: "write"; at: number; text: string }
  | { type: "attributes"; at: number; mode: number; uid: number; xattr: string | null }
  | { type: "create"; at: number; name: string; kind: ModelInode["kind"]; text: string }
  | { type: "remove"; at: number }
  | { type: "link"; at: number; to: number; name: string }
  | { type: "move"; at: number; to: number; name: string };

const name = fc.constantFrom("a", "b", "c", "dd", "e.txt", "\xff\xfe", "g h", "i", "j");
const text = fc.string({ maxLength: 12 }).map((s) => s.replace(/[^\x20-\x7e]/g, "?") || "x");
const place = fc.nat({ max: 60 });

const created: fc.Arbitrary<Edit> = fc.record({
  type: fc.constant("create" as const),
  at: place,
  name,
  kind: fc.constantFrom<ModelInode["kind"][]>("file", "file", "directory", "directory", "symlink"),
  text,
});

const changed: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ type: fc.constant("write" as const), at: place, text }),
  fc.record({
    type: fc.constant("attributes" as const),
    at: place,
    mode: fc.constantFrom(0o600, 0o644, 0o755),
    uid: fc.constantFrom(0, 1000),
    xattr: fc.constantFrom("x", "y", null),
  }),
  fc.record({ type: fc.constant("remove" as const), at: place }),
  fc.record({ type: fc.constant("link" as const), at: place, to: place, name }),
  fc.record({ type: fc.constant("move" as const), at: place, to: place, name }),
);

/** Edits that make small trees with hard links. */
const making: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: created }, { weight: 2, arbitrary: changed }),
  { maxLength: 40, size: "max" },
);

/** Edits that change such trees. */
const changing: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof({ weight: 1, arbitrary: created }, { weight: 4, arbitrary: changed }),
  { maxLength: 12, size: "max" },
);

interface Place {
  readonly parent: ModelInode;
  readonly name: string;
  readonly node: ModelInode;
}

function places(root: ModelInode): Place[] {
  const found: Place[] = [];
  const visit = (parent: ModelInode) => {
    for (const [name, node] of parent.children) {
      found.push({ parent, name, node });
      if (node.kind === "directory") visit(node);
    }
  };
  visit(root);
  return found;
}

function contains(directory: ModelInode, node: ModelInode): boolean {
  return directory === node ||
    [...directory.children.values()].some((child) => contains(child, node));
}

/** Applies an edit if it is possible where it says. */
export function applyEdit(root: ModelInode, edit: Edit): void {
  const all = places(root);
  const directories = [root, ...all.map(({ node }) => node).filter((n) => n.kind === "directory")];
  const directoryAt = (index: number) => directories[index % directories.length]!;
  if (edit.type === "create") {
    const made = { ...inode(edit.kind, 0o644), text: edit.kind === "directory" ? "" : edit.text };
    const parent = directoryAt(edit.at);
    if (!parent.children.has(edit.name)) parent.children.set(edit.name, made);
    return;
  }
  const target = all[edit.at % Math.max(1, all.length)];
  if (target === undefined) return;
  const { node, parent } = target;
  switch (edit.type) {
    case "write":
      if (node.kind === "file") node.text = edit.text;
      node.mtime++;
      break;
    case "attributes":
      Object.assign(node, { mode: edit.mode, uid: edit.uid, xattr: edit.xattr });
      break;
    case "remove":
      parent.children.delete(target.name);
      break;
    case "link":
      if (node.kind !== "directory") directoryAt(edit.to).children.set(edit.name, node);
      break;
    case "move": {
      const to = directoryAt(edit.to);
      if (contains(node, to) || to.children.has(edit.name)) return;
      parent.children.delete(target.name);
      to.children.set(edit.name, node);
      break;
    }
  }
}

/** A tree and what later edits made of it; inode numbers say what is the same file. */
export const modelPairs: fc.Arbitrary<[ModelInode, ModelInode]> = fc.tuple(making, changing).map(
  ([first, second]) => {
    const a = directory();
    for (const edit of first) applyEdit(a, edit);
    const b = copyModel(a);
    for (const edit of second) applyEdit(b, edit);
    return [a, b];
  },
);
