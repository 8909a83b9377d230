/**
 * The difference of two snapshots as a patch that `git apply` takes, binary files included.
 *
 * @module
 */

import { patchHead, patchOf } from "../../history/diff/patch.ts";
import { readText } from "../../history/diff/text.ts";
import type { SnapshotChange } from "../../history/snapshots/snapshot_walk.ts";
import type { InodeRecord } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { gitMode } from "../git_entry.ts";
import { binaryPatch } from "./binary_patch.ts";

/** The patch, piece by piece. `onFile` is told of each file that is in it. */
export async function* writePatch(
  store: Store,
  changes: Iterable<SnapshotChange>,
  hash: "sha1" | "sha256",
  onFile: () => void,
): AsyncGenerator<Uint8Array> {
  for (const { path, before, after } of changes) {
    const [was, is] = [before, after].map((record) => gitMode(record) === null ? null : record);
    if (was === is) continue;
    let isIn = false;
    for await (const bytes of filePatches(store, path, was!, is!, hash)) {
      isIn = true;
      yield bytes;
    }
    if (isIn) onFile();
  }
}

async function* filePatches(
  store: Store,
  path: string,
  before: InodeRecord | null,
  after: InodeRecord | null,
  hash: "sha1" | "sha256",
): AsyncGenerator<Uint8Array> {
  const isOther = before !== null && after !== null && isLink(before) !== isLink(after);
  if (isOther) {
    // As git does it: one file goes, another comes.
    yield* filePatches(store, path, before, null, hash);
    yield* filePatches(store, path, null, after, hash);
    return;
  }
  const isSame = (before?.content ?? null) === (after?.content ?? null) &&
    (before?.size ?? 0) === (after?.size ?? 0);
  if (isSame || readText(store, before) !== null && readText(store, after) !== null) {
    const text = patchOf(store, { path, before, after } as SnapshotChange);
    if (text !== "") yield bytesOf(text);
    return;
  }
  yield bytesOf(patchHead(path, before, after));
  yield* binaryPatch(store, before, after, hash);
}

function isLink(record: InodeRecord): boolean {
  return gitMode(record) === "120000";
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
