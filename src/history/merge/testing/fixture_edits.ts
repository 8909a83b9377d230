/**
 * Merges of what is done to two copies of a small tree, for tests.
 *
 * @module
 */

import type { InodeRecord, Snapshot } from "../../../store/trees/entry.ts";
import type { StoreWriter } from "../../../store/store_writer.ts";
import {
  copyModel,
  listSnapshot,
  type ModelInode,
  storeModel,
} from "../../snapshots/testing/fixtures.ts";
import { merge } from "./fixtures.ts";
import type { MergeOptions, MergeResult } from "../merge_types.ts";

export interface MergedEdits {
  readonly result: MergeResult;
  readonly base: Snapshot;
  readonly ours: Snapshot;
  readonly theirs: Snapshot;
  /** The record at a path of the result. */
  at(path: string): InodeRecord | undefined;
  text(path: string): string;
  paths(): string[];
}

/** Merges what two functions do to copies of a tree. */
export function mergeEdits(
  store: StoreWriter,
  tree: ModelInode,
  mine: (root: ModelInode) => void,
  other: (root: ModelInode) => void,
  options: Partial<MergeOptions> = {},
): MergedEdits {
  const [ours, theirs] = [mine, other].map((edit) => {
    const copy = copyModel(tree);
    edit(copy);
    return storeModel(store, copy);
  });
  const base = storeModel(store, tree);
  const result = merge(store, base, ours!, theirs!, options);
  const listing = listSnapshot(store, result.snapshot);
  const text = (path: string) => {
    const record = listing.get(path)!;
    const bytes = new Uint8Array(record.size);
    store.readContent(record, record.size, 0, bytes, 0, record.size);
    return String.fromCharCode(...bytes);
  };
  const paths = () => [...listing.keys()].filter((path) => path !== "").sort();
  return { result, base, ours: ours!, theirs: theirs!, at: (p) => listing.get(p), text, paths };
}

/** The inode at a path that is there. */
export function get(root: ModelInode, path: string): ModelInode {
  return path.split("/").reduce((node, name) => node.children.get(name)!, root);
}

export const nothing = () => {};
export const removed = (name: string) => (root: ModelInode) => void root.children.delete(name);
export const set = (path: string, properties: Partial<ModelInode>) => (root: ModelInode) =>
  void Object.assign(get(root, path), properties);
export const made = (name: string, make: () => ModelInode) => (root: ModelInode) =>
  void root.children.set(name, make());
