/**
 * Branches, or a branch and the project, merged against what they have in common.
 *
 * It is the merge of snapshots; what is added is what git keeps for itself below `.git`. Both sides' git writes there without
 * anybody having asked for it, and what is no decision of a person's is to be no conflict:
 *
 * - the index: where one side's git only refreshed what it remembers of the files, the other side's is taken
 * - logs of refs, messages of commits, lists that git makes of its packs: as ours has them
 *
 * @module
 */

import { S_IFMT, S_IFREG, type Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { mergeSnapshots } from "../merge/merge_snapshots.ts";
import type { MergeOptions, MergeResult } from "../merge/merge_types.ts";
import { lookupPath } from "../snapshots/lookup_path.ts";
import { gitIndexEntries } from "./git_index.ts";
import { withPaths } from "./with_paths.ts";

const INDEX = /(^|\/)\.git\/((modules|worktrees)\/.*\/)?index$/;
const BOOKKEEPING =
  /(^|\/)\.git\/((modules|worktrees)\/.*\/)?(logs\/.*|[A-Z]+_EDITMSG|ORIG_HEAD|FETCH_HEAD|AUTO_MERGE|gc\.log|objects\/info\/.*|objects\/pack\/multi-pack-index.*)$/;
/** No index is larger, bytes. */
const INDEX_MAX = 512 * 1024 * 1024;

/** As {@linkcode mergeSnapshots}. */
export function mergeProject(
  store: StoreWriter,
  base: Snapshot,
  ours: Snapshot,
  theirs: Snapshot,
  options: MergeOptions,
): MergeResult {
  const plain = mergeSnapshots(store, base, ours, theirs, options);
  const asOurs: string[] = [];
  const asTheirs: string[] = [];
  for (const path of new Set(plain.conflicts.map(({ path }) => path))) {
    const taken = INDEX.test(path)
      ? indexTaken(store, path, base, ours, theirs)
      : BOOKKEEPING.test(path)
      ? "ours"
      : null;
    // A side that is as the base has no say.
    if (taken === "ours") asTheirs.push(path);
    if (taken === "theirs") asOurs.push(path);
  }
  if (asOurs.length + asTheirs.length === 0) return plain;
  const allocate = () => options.allocateInode();
  const first = withPaths(store, base, ours, asOurs, allocate);
  const settled = withPaths(store, first, theirs, asTheirs, allocate);
  return mergeSnapshots(store, settled, ours, theirs, options);
}

function indexTaken(
  store: StoreWriter,
  path: string,
  base: Snapshot,
  ours: Snapshot,
  theirs: Snapshot,
): "ours" | "theirs" | null {
  const [b, o, t] = [base, ours, theirs].map((side) => entriesOf(store, side, path));
  if (o === null || t === null) return null;
  if (o === t || b === t) return "ours";
  return b === o ? "theirs" : null;
}

/** The index as a text that can be compared. */
function entriesOf(store: StoreWriter, snapshot: Snapshot, path: string): string | null {
  const record = lookupPath(store, snapshot, path);
  if (record === null || (record.mode & S_IFMT) !== S_IFREG || record.size > INDEX_MAX) return null;
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  return gitIndexEntries(bytes)?.join("\0") ?? null;
}
