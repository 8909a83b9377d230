/**
 * Merges the records of hard-linked inodes: once for each inode, whatever its names.
 *
 * @module
 */

import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { changedLinks } from "../snapshots/link_changes.ts";
import { recordOf } from "../snapshots/record.ts";
import type { ConflictList } from "./conflict_list.ts";
import { findNames } from "./find_names.ts";
import type { MergeNode } from "./merge_node.ts";
import {
  isUnchanged,
  type MergedRecord,
  mergeRecord,
  type RecordMergeOptions,
} from "./merge_record.ts";
import type { PathFilter } from "./path_filter.ts";
import type { SharedInodes, Which } from "./shared_inodes.ts";
import type { ThreeLinks } from "./three_way_walk.ts";

/** What becomes of the inodes that are hard links in some snapshot and that all three have. */
export interface LinkRecords {
  /** Changed records of the link table of ours, with the number of names that ours has. */
  readonly table: ReadonlyMap<number, InodeRecord>;
  /** The records of inodes that ours has as an ordinary file under a name that is no longer its own. */
  readonly moved: ReadonlyMap<number, InodeRecord>;
}

interface Candidate {
  readonly ino: number;
  readonly base: InodeRecord;
  readonly ours: InodeRecord;
  readonly theirs: InodeRecord;
  /** Where ours has it as an ordinary file. */
  readonly home: MergeNode | null;
}

type Snapshots = Readonly<Record<Which, Snapshot>>;

export class LinkMerge {
  readonly #store: StoreWriter;
  readonly #snapshots: Snapshots;
  readonly #links: ThreeLinks;
  readonly #shared: SharedInodes;

  constructor(
    store: StoreWriter,
    snapshots: Snapshots,
    links: ThreeLinks,
    shared: SharedInodes,
  ) {
    this.#store = store;
    this.#snapshots = snapshots;
    this.#links = links;
    this.#shared = shared;
  }

  /** The nodes have to be decided. Sets the outcome of those where ours has a merged inode as an ordinary file. */
  run(filter: PathFilter, conflicts: ConflictList, options: RecordMergeOptions): LinkRecords {
    const table = new Map<number, InodeRecord>();
    const moved = new Map<number, InodeRecord>();
    const clashes: [Candidate, MergedRecord][] = [];
    for (const candidate of this.#selected(filter)) {
      const { ino, base, ours, theirs, home } = candidate;
      const merged = mergeRecord(this.#store, base, ours, theirs, options);
      if (merged.conflicts.length + merged.decided.length > 0) clashes.push([candidate, merged]);
      const { result } = merged;
      const winner = result === "ours" ? ours : result === "theirs" ? theirs : result;
      const record = { ...recordOf(winner), ino, nlink: ours.nlink };
      if (home !== null && !this.#shared.keeps(home, ino)) moved.set(ino, record);
      else if (result === "ours") continue;
      else if (home !== null) home.outcome = { type: "inode", record, separate: false };
      else table.set(ino, record);
    }
    const names = this.#conflictPaths(clashes.map(([{ ino }]) => ino));
    for (const [{ ino, base, ours, theirs }, { conflicts: open, decided }] of clashes) {
      conflicts.add(names.get(ino)!, open, decided, {
        base: recordOf(base),
        ours: recordOf(ours),
        theirs: recordOf(theirs),
      });
    }
    return { table, moved };
  }

  #selected(filter: PathFilter): Candidate[] {
    const candidates = this.#candidates();
    if (filter.isEverything || candidates.length === 0) return candidates;
    const names = this.#names("theirs", new Set(candidates.map(({ ino }) => ino)));
    return candidates.filter(({ ino }) => names.get(ino)!.some((path) => filter.includes(path)));
  }

  #candidates(): Candidate[] {
    const { base, theirs } = this.#snapshots;
    const numbers = new Set(this.#shared.numbers());
    for (const ino of changedLinks(this.#store, base.links, theirs.links).keys()) numbers.add(ino);
    return [...numbers].sort((a, b) => a - b).map((ino) => this.#candidate(ino)).filter((c) =>
      c !== null
    );
  }

  /** Null unless all three have the inode and ours alone does not say what becomes of it. */
  #candidate(ino: number): Candidate | null {
    const linked = this.#links.ours.get(ino);
    const home = linked === null ? this.#shared.ordinary("ours", ino) : null;
    const goes = home !== null && !this.#shared.keeps(home, ino);
    const outcome = home?.outcome;
    const alone = outcome?.type === "inode" && !goes ? outcome : home?.held;
    const ours = linked ?? alone?.record ?? null;
    const base = this.#shared.record("base", ino);
    const theirs = this.#shared.record("theirs", ino);
    if (ours === null || base === null || theirs === null) return null;
    if (!goes && isUnchanged(base, theirs)) return null;
    // Merged already where theirs has it at the same path.
    const isMerged = home !== null && !goes && this.#shared.of(home.theirs) === ino;
    return isMerged ? null : { ino, base, ours, theirs, home };
  }

  /** A name that ours and theirs both have, if there is one; the first in any case. */
  #conflictPaths(numbers: readonly number[]): Map<number, string> {
    const paths = new Map<number, string>();
    if (numbers.length === 0) return paths;
    const wanted = new Set(numbers);
    const [base, ours, theirs] = (["base", "ours", "theirs"] as const).map((which) =>
      this.#names(which, wanted)
    );
    for (const ino of numbers) {
      const others = new Set(theirs!.get(ino));
      const common = ours!.get(ino)!.find((path) => others.has(path));
      paths.set(ino, common ?? base!.get(ino)![0] ?? "");
    }
    return paths;
  }

  #names(which: Which, wanted: ReadonlySet<number>): Map<number, string[]> {
    const found = findNames(this.#store, this.#snapshots[which], wanted);
    for (const ino of wanted) {
      const alone = this.#shared.ordinary(which, ino);
      if (!found.has(ino)) found.set(ino, alone === null ? [] : [alone.path]);
    }
    return found;
  }
}
