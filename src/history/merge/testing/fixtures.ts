/**
 * What the tests of merging share.
 *
 * @module
 */

import * as fc from "fast-check";
import type { InodeRecord, Snapshot } from "../../../store/trees/entry.ts";
import { S_IFDIR, S_IFMT } from "../../../store/trees/entry.ts";
import type { Store } from "../../../store/store.ts";
import type { StoreWriter } from "../../../store/store_writer.ts";
import {
  applyEdit,
  copyModel,
  directory,
  type Edit,
  freshInode,
  listSnapshot,
} from "../../snapshots/testing/fixtures.ts";
import { assertSound } from "../../snapshots/assert_sound.ts";
import type { ModelInode } from "../../snapshots/testing/fixtures.ts";
import { mergeSnapshots } from "../merge_snapshots.ts";
import type { ConflictKind, MergeOptions, MergeResult } from "../merge_types.ts";

export const OPTIONS: MergeOptions = {
  strategy: "conflict",
  labels: { ours: "main", theirs: "agent" },
  allocateInode: freshInode,
  now: 1_700_000_000_500,
};

/** Merges and checks what holds of every result. */
export function merge(
  store: StoreWriter,
  base: Snapshot,
  ours: Snapshot,
  theirs: Snapshot,
  options: Partial<MergeOptions> = {},
): MergeResult {
  const result = mergeSnapshots(store, base, ours, theirs, { ...OPTIONS, ...options });
  assertSound(store, result.snapshot);
  return result;
}

/** What merging compares of each path. */
export function essences(store: Store, snapshot: Snapshot): Map<string, string> {
  const listing = listSnapshot(store, snapshot);
  return new Map([...listing].sort().map(([path, record]) => [path, essence(record)]));
}

export function essence(record: InodeRecord): string {
  const { mode, uid, gid, xattrs, content, size, rdev } = record;
  const isDirectory = (mode & S_IFMT) === S_IFDIR;
  return JSON.stringify([mode.toString(8), uid, gid, xattrs, isDirectory || [content, size, rdev]]);
}

/** The paths that are one inode each, of those with several. */
export function linkedPaths(store: Store, snapshot: Snapshot): string[] {
  const paths = new Map<number, string[]>();
  for (const [path, { ino }] of listSnapshot(store, snapshot)) {
    paths.set(ino, [...paths.get(ino) ?? [], path]);
  }
  return [...paths.values()].filter((group) => group.length > 1).map((group) =>
    group.sort().join(" ")
  ).sort();
}

/** `path kind` of the conflicts. */
export function conflictLines({ conflicts }: MergeResult): string[] {
  return conflicts.map(({ path, kind }) => `${path} ${kind}`);
}

const MIRRORED: Partial<Record<ConflictKind, ConflictKind>> = {
  "edit/delete": "delete/edit",
  "delete/edit": "edit/delete",
  "file/directory": "directory/file",
  "directory/file": "file/directory",
  "rename/delete": "delete/rename",
  "delete/rename": "rename/delete",
};

/** The conflicts as they would be with ours and theirs exchanged. */
export function mirroredLines({ conflicts }: MergeResult): string[] {
  return conflicts.map(({ path, kind }) => `${path} ${MIRRORED[kind] ?? kind}`).sort();
}

const NAMES = ["a", "b", "c", "d", "e", "f"];
const name = fc.constantFrom(...NAMES);
const place = fc.nat({ max: 40 });
const LINES = Array.from({ length: 9 }, (_, i) => `line ${i}\n`);

/** Texts of up to nine lines, each in place or changed. */
const text = fc.array(fc.constantFrom("", "", "", "", "x", "y"), { minLength: 9, maxLength: 9 })
  .map((marks) => marks.map((mark, i) => mark + LINES[i]).join(""));

const kind = fc.constantFrom<ModelInode["kind"][]>("file", "file", "directory", "symlink");

function edits(withMoves: boolean): fc.Arbitrary<Edit> {
  const plain: fc.WeightedArbitrary<Edit>[] = [
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant("create" as const), at: place, name, kind, text }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant("write" as const), at: place, text }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant("attributes" as const),
        at: place,
        mode: fc.constantFrom(0o600, 0o644, 0o755),
        uid: fc.constantFrom(0, 1000),
        xattr: fc.constantFrom("x", "y", null),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("remove" as const), at: place }) },
  ];
  const moves: fc.WeightedArbitrary<Edit>[] = [
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant("link" as const), at: place, to: place, name }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant("move" as const), at: place, to: place, name }),
    },
  ];
  return fc.oneof(...plain, ...(withMoves ? moves : []));
}

export interface Triple {
  readonly base: ModelInode;
  readonly ours: ModelInode;
  readonly theirs: ModelInode;
}

/** A tree and two different continuations of it; both sides give new files the same numbers. */
export function triples(withMoves = true): fc.Arbitrary<Triple> {
  const list = (maxLength: number) => fc.array(edits(withMoves), { maxLength, size: "max" });
  return fc.tuple(list(25), list(7), list(7)).map(([first, mine, other]) => {
    const base = directory();
    for (const edit of first) applyEdit(base, edit);
    const ours = edited(base, mine);
    const theirs = edited(base, other);
    collide(base, ours, theirs);
    return { base, ours, theirs, [fc.toStringMethod]: () => shown({ base, ours, theirs }) };
  });
}

/** A counterexample that can be read. */
function shown(models: Triple): string {
  const line = (path: string, { kind, ino, mode, uid, text, xattr }: ModelInode) =>
    `${path} ${kind} #${ino} ${mode.toString(8)} ${uid} ${xattr} ${
      JSON.stringify(text.replaceAll("line ", ""))
    }`;
  const list = (path: string, inode: ModelInode): string[] => [
    line(path, inode),
    ...[...inode.children].flatMap(([name, child]) => list(`${path}/${name}`, child)),
  ];
  return Object.entries(models).map(([side, model]) =>
    `\n${side}:\n  ${list("", model).join("\n  ")}`
  ).join("");
}

function edited(model: ModelInode, edits: readonly Edit[]): ModelInode {
  const copy = copyModel(model);
  for (const edit of edits) applyEdit(copy, edit);
  return copy;
}

/** Numbers the new inodes of both sides alike, as two branches do. */
function collide(base: ModelInode, ...sides: ModelInode[]): void {
  const known = new Set(inodesOf(base).map(({ ino }) => ino));
  for (const side of sides) {
    let next = 1_000_000;
    for (const inode of inodesOf(side)) {
      if (!known.has(inode.ino)) (inode as { ino: number }).ino = next++;
    }
  }
}

function inodesOf(root: ModelInode): ModelInode[] {
  const found = new Set([root]);
  for (const inode of found) for (const child of inode.children.values()) found.add(child);
  return [...found];
}
