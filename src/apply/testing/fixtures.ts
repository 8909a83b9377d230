/**
 * Models as real directories, and what real directories are, for the tests of this folder.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { emptyStat } from "../../host/files.ts";
import { setxattr } from "../../host/project_files.ts";
import {
  copyModel,
  type ModelInode,
  storeModel,
} from "../../history/snapshots/testing/fixtures.ts";
import { listSnapshot } from "../../history/snapshots/testing/fixtures.ts";
import { statx } from "../../host/source_files.ts";
import { importSource } from "../../source/import_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import { readXattrsAt } from "../../source/read_xattrs.ts";
import type { ApplyJob } from "../apply_snapshot.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";

/** Who may give files to others is root. */
const OWNER = Deno.uid() === 0 ? {} : { uid: Deno.uid()!, gid: Deno.gid()! };

/**
 * A model whose every inode can be on a disk: symlinks have neither a mode nor attributes of their own there. Its names are text,
 * as Deno takes them.
 */
export function asOnDisk(model: ModelInode): ModelInode {
  const copy = copyModel(model);
  const visit = (node: ModelInode) => {
    Object.assign(node, OWNER);
    if (node.kind === "symlink") Object.assign(node, { mode: 0o777, xattr: null });
    // Root alone sees what is in a directory that nobody may search.
    if (node.kind === "directory" && Deno.uid() !== 0) node.mode |= 0o500;
    for (const child of node.children.values()) visit(child);
  };
  visit(copy);
  return copy;
}

function pathOf(root: string, path: string): string {
  return path === "" ? root : `${root}/${path}`;
}

/** Writes a model out below an empty directory, which becomes the model's root. */
function writeModel(root: string, model: ModelInode): void {
  const first = new Map<ModelInode, string>();
  const finish: (() => void)[] = [];
  const write = (path: string, node: ModelInode) => {
    const at = pathOf(root, path);
    const known = first.get(node);
    if (known !== undefined) return fs.linkSync(known, at);
    first.set(node, at);
    if (node.kind === "symlink") fs.symlinkSync(node.text, at);
    else if (node.kind === "file") fs.writeFileSync(at, node.text);
    else {
      if (path !== "") fs.mkdirSync(at);
      for (const [name, child] of node.children) {
        write(path === "" ? name : `${path}/${name}`, child);
      }
    }
    finish.push(() => {
      fs.lchownSync(at, node.uid, node.gid ?? 0);
      if (node.kind === "symlink") return fs.lutimesSync(at, node.mtime, node.mtime);
      if (node.xattr !== null) {
        const value = new TextEncoder().encode(node.xattr);
        assert.equal(setxattr(cString(binaryString(at)), cString("user.note"), value), 0);
      }
      fs.chmodSync(at, node.mode);
      fs.utimesSync(at, node.mtime, node.mtime);
    });
  };
  write("", model);
  for (const one of finish) one();
}

/** What is at each path, in words that compare. */
export type Seen = Map<string, Record<string, unknown>>;

/** Everything below a directory, itself as "". Knows nothing of how it came to be. */
export function observe(root: string): Seen {
  const seen: Seen = new Map();
  const first = new Map<bigint, string>();
  const visit = (path: string) => {
    const at = pathOf(root, path);
    const stat = fs.lstatSync(at, { bigint: true });
    const what: Record<string, unknown> = {
      mode: Number(stat.mode & 0o7777n),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      ...detailsOf(at),
    };
    seen.set(path, what);
    if (stat.isDirectory()) {
      what.kind = "directory";
      for (const name of fs.readdirSync(at).sort()) visit(path === "" ? name : `${path}/${name}`);
      return;
    }
    what.mtime = String(stat.mtimeNs);
    what.links = Number(stat.nlink);
    if (!first.has(stat.ino)) first.set(stat.ino, path);
    what.sameAs = first.get(stat.ino);
    if (stat.isSymbolicLink()) {
      what.kind = "symlink";
      what.text = fs.readlinkSync(at);
    } else if (stat.isFile()) {
      what.kind = "file";
      what.text = fs.readFileSync(at, "utf8");
    } else {
      what.kind = stat.isFIFO() ? "fifo" : "device";
      what.rdev = Number(stat.rdev);
    }
  };
  visit("");
  return seen;
}

/** What Deno does not tell: extended attributes, and times to the nanosecond. */
function detailsOf(at: string): { xattrs: Record<string, string>; inode: string } {
  const slash = at.lastIndexOf("/");
  const name = binaryString(at.slice(slash + 1));
  const fd = fs.openSync(at.slice(0, slash), "r");
  const values = readXattrsAt(fd, name).values ?? new Map();
  const stat = emptyStat();
  statx(fd, cString(name), stat);
  fs.closeSync(fd);
  return {
    xattrs: Object.fromEntries(
      [...values].map(([name, value]) => [name, Buffer.from(value).toString("hex")]),
    ),
    // Which one it is, and when it was changed in any way.
    inode: `${stat.inoHigh}:${stat.inoLow} ${stat.ctimeSec}.${stat.ctimeNsec}`,
  };
}

/** What {@linkcode observe} is to see of a model. */
export function expected(model: ModelInode): Seen {
  const seen: Seen = new Map();
  const first = new Map<ModelInode, string>();
  const counts = new Map<ModelInode, number>();
  const visit = (path: string, node: ModelInode) => {
    counts.set(node, (counts.get(node) ?? 0) + 1);
    const note = node.xattr === null
      ? {}
      : { "user.note": Buffer.from(node.xattr).toString("hex") };
    const what: Record<string, unknown> = {
      mode: node.mode,
      uid: node.uid,
      gid: node.gid ?? 0,
      xattrs: note,
      kind: node.kind,
    };
    seen.set(path, what);
    if (node.kind === "directory") {
      for (const name of [...node.children.keys()].sort()) {
        visit(path === "" ? name : `${path}/${name}`, node.children.get(name)!);
      }
      return;
    }
    if (!first.has(node)) first.set(node, path);
    what.mtime = String(BigInt(node.mtime) * 1_000_000_000n);
    what.sameAs = first.get(node);
    what.text = node.text;
    what.node = node;
  };
  visit("", model);
  for (const what of seen.values()) {
    if (what.node === undefined) continue;
    what.links = counts.get(what.node as ModelInode);
    delete what.node;
  }
  return seen;
}

/** Without what tells one inode from another that is the same. */
export function withoutInodes(seen: Seen): Seen {
  return new Map([...seen].map(([path, { inode: _, ...rest }]) => [path, rest]));
}

/** Without what an apply leaves to nature as well: times of what did not change. */
export function withoutTimes(seen: Seen): Seen {
  return new Map(
    [...withoutInodes(seen)].map(([path, { mtime: _, ...rest }]) => [path, rest]),
  );
}

/** The snapshot of a real directory as it is. */
export async function lookAtDirectory(store: StoreWriter, root: string): Promise<Snapshot> {
  const source = new SourceDirectory(binaryString(root));
  try {
    const { snapshot } = await importSource(store, source, {
      previous: null,
      onProgress: () => {},
      pause: () => Promise.resolve(),
      commitEvery: 2 ** 26,
    });
    return snapshot;
  } finally {
    source.close();
  }
}

/** Stores a model; what it has in common with `before` gets the inode numbers that this has in `seen`. */
function storeRenumbered(
  store: StoreWriter,
  before: ModelInode,
  seen: Snapshot,
  model: ModelInode,
): Snapshot {
  const numbers = new Map<number, number>();
  const listing = listSnapshot(store, seen);
  const note = (path: string, node: ModelInode) => {
    numbers.set(node.ino, listing.get(binaryString(path))!.ino);
    for (const [name, child] of node.children) note(path === "" ? name : `${path}/${name}`, child);
  };
  note("", before);
  const copy = copyModel(model);
  const known = new Set<ModelInode>();
  const renumber = (node: ModelInode) => {
    if (known.has(node)) return;
    known.add(node);
    Object.assign(node, {
      ino: numbers.get(node.ino) ?? 2 ** 48 + node.ino,
      children: new Map([...node.children].map(([name, child]) => [binaryString(name), child])),
    });
    for (const child of node.children.values()) renumber(child);
  };
  renumber(copy);
  return storeModel(store, copy);
}

/** A directory, what it is to become, and a place for the record of that. */
export interface Scene extends ApplyJob {
  readonly from: Snapshot;
  readonly plan: string;
}

/** Runs `use` with a directory that is one model and is to become another. */
export async function inDirectory<T>(
  store: StoreWriter,
  before: ModelInode,
  after: ModelInode,
  use: (scene: Scene) => T | Promise<T>,
  dir?: string,
): Promise<T> {
  const place = await Deno.makeTempDir({ prefix: "agentvfs-apply-", ...(dir && { dir }) });
  try {
    const root = `${place}/project`;
    Deno.mkdirSync(root);
    writeModel(root, before);
    const from = await lookAtDirectory(store, root);
    const to = storeRenumbered(store, before, from, after);
    return await use({ store, root: binaryString(root), plan: `${place}/plan`, from, to });
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}
