/**
 * A working tree without a mount: a store, a journal and a tree in a temporary directory, random operations
 * on it, and its whole state as plain data.
 *
 * @module
 */

import { buildSnapshot } from "../../src/history/snapshots/build_snapshot.ts";
import { JournalReader } from "../../src/daemon/background/journal_reader.ts";
import { importSource } from "../../src/source/import_source.ts";
import type { SourceDirectory } from "../../src/source/read_source.ts";
import { S_IFDIR, S_IFLNK, S_IFREG, type Snapshot } from "../../src/store/trees/entry.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { setAttributes, setXattr } from "../../src/tree/operations/attributes.ts";
import {
  allocate,
  copy,
  FALLOC_KEEP_SIZE,
  FALLOC_PUNCH_HOLE,
  read,
  resize,
  write,
} from "../../src/tree/operations/data.ts";
import { StoredContent } from "../../src/tree/nodes/content.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal } from "../../src/tree/journal/journal.ts";
import { WRITE_HEADROOM } from "../../src/tree/journal/journal_record.ts";
import { create, link, rename, unlink } from "../../src/tree/operations/names.ts";
import { blocksOf, readTarget } from "../../src/tree/operations/read.ts";
import { settle, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { FIRST_OWN_INODE, WorkingTree } from "../../src/tree/working_tree.ts";
import type { Random } from "../support/random.ts";

const hasher = await loadHasher();

/** An empty root directory. */
export const EMPTY_SNAPSHOT: Snapshot = {
  root: {
    mode: S_IFDIR | 0o755,
    uid: 0,
    gid: 0,
    rdev: 0,
    ino: 2,
    size: 0,
    mtimeSec: 1,
    mtimeNsec: 0,
    ctimeSec: 1,
    ctimeNsec: 0,
    xattrs: null,
    content: null,
    chunked: false,
    nlink: 2,
    entries: 0,
  },
  links: null,
};

export class Fixture {
  readonly directory: string;
  readonly store: StoreWriter;
  tree: WorkingTree;

  /** Works in a new directory of `parent`, by default the one for temporary files. */
  constructor(parent?: string, readonly keepsOut: (name: string) => boolean = () => false) {
    const where = parent === undefined ? {} : { dir: parent };
    this.directory = Deno.makeTempDirSync({ prefix: "agentvfs-tree-", ...where });
    this.store = StoreWriter.create(`${this.directory}/store`, hasher);
    this.tree = this.open(EMPTY_SNAPSHOT, 1);
  }

  get journalPath(): string {
    return `${this.directory}/journal`;
  }

  /** A tree over `snapshot` that writes to `segment`, of a branch that has its journal at `journalPath`. */
  open(
    snapshot: Snapshot,
    segment: number,
    nextInode = FIRST_OWN_INODE,
    journalPath = this.journalPath,
  ): WorkingTree {
    const journal = new Journal(journalPath);
    const tree = new WorkingTree(this.store, null, journal, snapshot, nextInode);
    tree.keepsOut = this.keepsOut;
    journal.begin(segment);
    return tree;
  }

  /** Stores a whole project, without a pause. */
  async import(source: SourceDirectory): Promise<Snapshot> {
    const { snapshot } = await importSource(this.store, source, {
      previous: null,
      onProgress: () => {},
      pause: () => Promise.resolve(),
      commitEvery: Infinity,
    });
    this.store.commit();
    return snapshot;
  }

  /** Stores what changed and lets a tree stand on it. `meanwhile` runs between the two, `take` is the first. */
  checkpoint(meanwhile: () => void = () => {}, tree = this.tree, take = takeCapture): Snapshot {
    const { capture, pending } = take(tree);
    meanwhile();
    const journal = new JournalReader(tree.journal.directory);
    const { snapshot, slots } = buildSnapshot(this.store, capture, (...at) => journal.read(...at));
    this.store.commit();
    journal.close();
    settle(tree, pending, snapshot, slots);
    return snapshot;
  }

  close(): void {
    this.tree.journal.close();
    this.store.close();
    Deno.removeSync(this.directory, { recursive: true });
  }
}

const NAMES = ["a", "b", "c", "d", "e\xff"];

function directories(tree: WorkingTree): Inode[] {
  const found: Inode[] = [];
  const walk = (inode: Inode) => {
    found.push(inode);
    tree.load(inode);
    for (const { inode: child } of inode.directory!.entries!.values()) {
      if (child.isDirectory) walk(child);
    }
  };
  walk(tree.root);
  return found;
}

/** One random operation. Whether it succeeds does not matter. */
export function randomOperation(tree: WorkingTree, random: Random): void {
  const all = directories(tree);
  const directory = () => all[random(all.length)]!;
  const name = () => NAMES[random(NAMES.length)]!;
  const parent = directory();
  const found = tree.lookup(parent, name());
  const inode = typeof found === "number" ? null : found;
  switch (random(14)) {
    case 0:
    case 1:
      create(tree, parent, name(), S_IFREG | 0o644, random(3), random(3), 0, null);
      break;
    case 2:
      create(tree, parent, name(), S_IFDIR | 0o755, 0, 0, 0, null);
      break;
    case 3:
      create(tree, parent, name(), S_IFLNK | 0o777, 0, 0, 0, "t".repeat(1 + random(40)));
      break;
    case 4:
      unlink(tree, parent, name(), random(2) === 0);
      break;
    case 5:
    case 6:
      rename(tree, parent, name(), directory(), name(), random(3));
      break;
    case 7:
      if (inode !== null) link(tree, inode, directory(), name());
      break;
    case 8:
    case 9:
      if (inode !== null) writeRandom(tree, inode, random);
      break;
    case 10:
      if (inode !== null) resize(tree, inode, random(700_000), random(2) === 0);
      break;
    case 11:
      if (inode !== null) {
        const flags = FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE;
        allocate(tree, inode, flags, random(600_000), 1 + random(100_000));
      }
      break;
    case 12:
      if (inode !== null) {
        const change = {
          mode: random(0o10000),
          uid: random(5),
          mtime: { sec: random(99), nsec: 7 },
        };
        setAttributes(tree, inode, change);
        setXattr(tree, inode, "user.x", random(2) ? new Uint8Array(random(20)) : null, 0);
      }
      break;
    default: {
      const other = tree.lookup(directory(), name());
      if (inode !== null && typeof other !== "number") {
        copy(tree, inode, random(1000), other, random(1000), random(300_000));
      }
    }
  }
}

/** A new node without an owner of its own. */
export function make(tree: WorkingTree, parent: Inode, name: string, mode: number): Inode {
  const made = create(tree, parent, name, mode, 0, 0, 0, null);
  if (typeof made === "number") throw new Error(`Cannot make ${name}: ${made}`);
  return made;
}

export function writeText(tree: WorkingTree, inode: Inode, offset: number, text: string): void {
  const bytes = new Uint8Array(WRITE_HEADROOM + text.length);
  new TextEncoder().encodeInto(text, bytes.subarray(WRITE_HEADROOM));
  const view = new DataView(bytes.buffer);
  const status = write(tree, inode, offset, bytes, view, WRITE_HEADROOM, text.length, false);
  if (status !== 0) throw new Error(`Cannot write to ${inode.name}: ${status}`);
}

function writeRandom(tree: WorkingTree, inode: Inode, random: Random): void {
  const length = 1 + random(random(4) === 0 ? 300_000 : 2000);
  const bytes = new Uint8Array(WRITE_HEADROOM + length);
  const first = random(256);
  for (let i = 0; i < length; i++) bytes[WRITE_HEADROOM + i] = first + i * 31;
  const view = new DataView(bytes.buffer);
  write(tree, inode, random(400_000), bytes, view, WRITE_HEADROOM, length, random(2) === 0);
}

/** What a checkpoint would name as it is has to be all of the file. */
function assertWhole({ name, isFile, content, size }: Inode): void {
  if (!isFile || (content !== null && !(content instanceof StoredContent))) return;
  const length = content?.size ?? 0;
  if (length !== size) throw new Error(`${name} has ${size} bytes, its content ${length}`);
}

/** Everything a checkpoint keeps, by path. Inodes with several names share their first path. */
export function dump(tree: WorkingTree): Map<string, unknown> {
  const state = new Map<string, unknown>();
  const firstNames = new Map<Inode, string>();
  const walk = (inode: Inode, path: string) => {
    const first = firstNames.get(inode) ?? path;
    firstNames.set(inode, first);
    assertWhole(inode);
    const { mode, uid, gid, rdev, ino, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec } = inode;
    state.set(path, {
      mode,
      uid,
      gid,
      rdev,
      ino,
      mtimeSec,
      mtimeNsec,
      ctimeSec,
      ctimeNsec,
      first,
      size: inode.directory === null ? inode.size : 0,
      nlink: tree.linkCount(inode),
      xattrs: new Map(tree.xattrs(inode)),
      blocks: blocksOf(tree, inode),
      bytes: inode.isFile ? hasher.blob(bytesOf(tree, inode)) : null,
      target: inode.isSymlink ? readTarget(tree, inode) : null,
    });
    if (inode.directory === null) return;
    tree.load(inode);
    const names = [...inode.directory.entries!.keys()].sort();
    for (const name of names) walk(inode.directory.entries!.get(name)!.inode, `${path}/${name}`);
  };
  walk(tree.root, "");
  return state;
}

function bytesOf(tree: WorkingTree, inode: Inode): Uint8Array {
  const bytes = new Uint8Array(inode.size);
  const count = read(tree, inode, 0, bytes, 0, bytes.length);
  if (count !== bytes.length) throw new Error(`read ${count} of ${bytes.length} bytes`);
  return bytes;
}
