/**
 * Merges the records of hard-linked inodes: once for each inode, whatever its names.
 *
 * @module
 */

import type { InodeRecord, Snapshot } from "../../store/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { changedLinks } from "../link_changes.ts";
import { recordOf } from "../record.ts";
import type { ConflictList } from "./conflict_list.ts";
import { findNames } from "./find_names.ts";
import { isUnchanged, mergeRecord, type RecordMergeOptions } from "./merge_record.ts";
import type { PathFilter } from "./path_filter.ts";
import type { SharedInodes } from "./shared_inodes.ts";
import type { ThreeLinks } from "./three_way_walk.ts";

interface Candidate {
  readonly ino: number;
  readonly base: InodeRecord;
  readonly ours: InodeRecord;
  readonly theirs: InodeRecord;
}

/** The records in the link table of ours that become others, by number, without regard to changed numbers of names. */
export function mergeLinks(
  store: StoreWriter,
  base: Snapshot,
  theirs: Snapshot,
  links: ThreeLinks,
  shared: SharedInodes,
  filter: PathFilter,
  conflicts: ConflictList,
  options: RecordMergeOptions,
): Map<number, InodeRecord> {
  const merged = new Map<number, InodeRecord>();
  let candidates = findCandidates(store, base, theirs, links, shared);
  if (!filter.isEverything) {
    const names = findNames(store, theirs, new Set(candidates.map(({ ino }) => ino)));
    candidates = candidates.filter(({ ino }) =>
      (names.get(ino) ?? [shared.ordinary("theirs", ino)?.path ?? ""]).some((path) =>
        filter.includes(path)
      )
    );
  }
  const clashes: [Candidate, ReturnType<typeof mergeRecord>][] = [];
  for (const candidate of candidates) {
    const { ino, ours } = candidate;
    const result = mergeRecord(store, candidate.base, ours, candidate.theirs, options);
    if (result.conflicts.length + result.decided.length > 0) clashes.push([candidate, result]);
    if (result.result === "ours") continue;
    const record = result.result === "theirs" ? candidate.theirs : result.result;
    merged.set(ino, { ...recordOf(record), ino, nlink: ours.nlink });
  }
  const names = findNames(store, base, new Set(clashes.map(([{ ino }]) => ino)));
  for (const [{ ino, base, ours, theirs }, result] of clashes) {
    const path = names.get(ino)?.[0] ?? shared.ordinary("base", ino)?.path ?? "";
    conflicts.add(path, result.conflicts, result.decided, {
      base: recordOf(base),
      ours: recordOf(ours),
      theirs: recordOf(theirs),
    });
  }
  return merged;
}

/** Inodes that all three have and that theirs changed. */
function findCandidates(
  store: StoreWriter,
  base: Snapshot,
  theirs: Snapshot,
  links: ThreeLinks,
  shared: SharedInodes,
): Candidate[] {
  const numbers = new Set(shared.numbers());
  for (const ino of changedLinks(store, base.links, theirs.links).keys()) numbers.add(ino);
  const candidates: Candidate[] = [];
  for (const ino of [...numbers].sort((a, b) => a - b)) {
    const ours = links.ours.get(ino);
    if (ours === null) continue;
    const [before, after] = [shared.record("base", ino), shared.record("theirs", ino)];
    if (before === null || after === null || isUnchanged(before, after)) continue;
    candidates.push({ ino, base: before, ours, theirs: after });
  }
  return candidates;
}
