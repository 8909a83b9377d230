/**
 * Decides what each path of a merge becomes.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { type ConflictList, recordsOf } from "./conflict_list.ts";
import { isMixed } from "./follow_renames.ts";
import {
  HELD,
  isDirectorySide,
  type MergeNode,
  NONE,
  type Outcome,
  type Side,
} from "./merge_node.ts";
import { isUnchanged, mergeRecord, type RecordMergeOptions } from "./merge_record.ts";
import type { SharedInodes } from "./shared_inodes.ts";

/** Sets the outcome of every node. */
export function decide(
  store: StoreWriter,
  nodes: readonly MergeNode[],
  shared: SharedInodes,
  conflicts: ConflictList,
  options: RecordMergeOptions,
): void {
  const decision = new Decision(store, nodes, shared, conflicts, options);
  for (const node of nodes) decision.decide(node);
  for (let i = nodes.length - 1; i >= 0; i--) decision.settleDirectory(nodes[i]!);
}

class Decision {
  readonly #store: StoreWriter;
  readonly #shared: SharedInodes;
  readonly #conflicts: ConflictList;
  readonly #options: RecordMergeOptions;
  /** Nodes at or below which a side has something that is not as in the base. */
  readonly #changed: Readonly<Record<"ours" | "theirs", Set<MergeNode>>>;
  /** Nodes below which everything goes to one side. */
  readonly #regions = new Map<MergeNode, "ours" | "theirs">();
  /** Directories that are only there if something is in them. */
  readonly #ifUsed = new Set<MergeNode>();

  constructor(
    store: StoreWriter,
    nodes: readonly MergeNode[],
    shared: SharedInodes,
    conflicts: ConflictList,
    options: RecordMergeOptions,
  ) {
    this.#store = store;
    this.#shared = shared;
    this.#conflicts = conflicts;
    this.#options = options;
    this.#changed = { ours: changedNodes(nodes, "ours"), theirs: changedNodes(nodes, "theirs") };
  }

  /** Parents have to be decided before. */
  decide(node: MergeNode): void {
    const region = node.parent === null ? undefined : this.#regions.get(node.parent);
    if (region !== undefined) {
      this.#regions.set(node, region);
      node.outcome = region === "ours" ? held(node) : theirs(node);
    } else if (!node.settled) {
      node.outcome = isMixed(node)
        ? this.#decideMixed(node)
        : isDirectorySide(node.ours) || isDirectorySide(node.theirs)
        ? this.#decideDirectory(node)
        : this.#decideFile(node);
    }
  }

  /** Removes directories that nothing is left in. What is in them has to be settled before. */
  settleDirectory(node: MergeNode): void {
    if (this.#ifUsed.has(node) && !node.liveBelow) this.#settleUnused(node);
    node.live = existsAfter(node);
    if (node.parent === null) return;
    if (node.live) node.parent.liveBelow = true;
    if (node.contested) node.parent.contested = true;
  }

  #settleUnused(node: MergeNode): void {
    const [deleted, kept] = node.ours === null
      ? ["ours", "theirs"] as const
      : ["theirs", "ours"] as const;
    // What is in conflict below keeps the directory on one side or the other: that says enough.
    const lost = isDirectorySide(node.base) && !node.contested &&
      !isUnchanged(node.base.record, node[kept]!.record);
    const kind = deleted === "ours" ? "delete/edit" : "edit/delete";
    if (lost) node.contested = true;
    const side = lost ? this.#conflicts.settle(node.path, kind, recordsOf(node)) : deleted;
    node.outcome = side === "ours" ? held(node) : theirs(node);
  }

  #decideDirectory(node: MergeNode): Outcome {
    const { base, ours, theirs: other } = node;
    if (ours !== null && other !== null) return this.#mergeDirectory(node);
    if (ours !== null) {
      if (isDirectorySide(base)) this.#ifUsed.add(node);
      return HELD;
    }
    // One that theirs made is there even if empty, unless what was to be in it went elsewhere.
    const isMadeEmpty = !isDirectorySide(base) && other!.record.content === null && !node.outside;
    if (!isMadeEmpty) this.#ifUsed.add(node);
    return theirs(node);
  }

  #mergeDirectory(node: MergeNode): Outcome {
    const [ours, other] = [node.ours!.record, node.theirs!.record];
    const result = this.#mergeRecords(node, node.base?.record ?? null);
    if (result === "ours") return HELD;
    if (result !== "theirs") return { type: "inode", record: result, separate: false };
    const { mode, uid, gid, xattrs, ctimeSec, ctimeNsec } = other;
    const record = { ...ours, mode, uid, gid, xattrs, ctimeSec, ctimeNsec };
    return { type: "inode", record, separate: false };
  }

  /** A directory on one side, something else on the other. */
  #decideMixed(node: MergeNode): Outcome {
    const { base } = node;
    const [directory, file] = isDirectorySide(node.ours)
      ? ["ours", "theirs"] as const
      : ["theirs", "ours"] as const;
    let side: "ours" | "theirs";
    if (isDirectorySide(base)) {
      // The file's side deleted the directory: fine, unless there is something new in it.
      side = this.#changed[directory].has(node) ? this.#settleMixed(node) : file;
      this.#regions.set(node, side);
    } else if (isUnchanged(base?.record ?? null, node[file]!.record)) {
      side = directory;
    } else {
      side = this.#settleMixed(node);
      this.#regions.set(node, side);
    }
    return side === "ours" ? HELD : theirs(node);
  }

  #settleMixed(node: MergeNode): "ours" | "theirs" {
    const kind = isDirectorySide(node.ours) ? "directory/file" : "file/directory";
    return this.#conflicts.settle(node.path, kind, recordsOf(node));
  }

  #decideFile(node: MergeNode): Outcome {
    const { ours, theirs: other } = node;
    if (ours === null && other === null) return held(node);
    const base = isDirectorySide(node.base) ? null : node.base;
    const linked = this.#decideLinked(node);
    if (linked !== null) return linked;
    if (ours !== null && other !== null) return this.#mergeFiles(node, base?.record ?? null);
    const kept = (ours ?? other)!;
    const side = ours === null ? "theirs" : "ours";
    if (base === null) return side === "ours" ? held(node) : theirs(node);
    if (isUnchanged(base.record, kept.record)) return side === "ours" ? NONE : held(node);
    const kind = side === "ours" ? "edit/delete" : "delete/edit";
    node.contested = true;
    const winner = this.#conflicts.settle(node.path, kind, recordsOf(node));
    return winner === "ours" ? held(node) : theirs(node);
  }

  /** Names of hard-linked inodes. Their records are merged once for all names (merge_links.ts). */
  #decideLinked(node: MergeNode): Outcome | null {
    const { base, ours, theirs: other } = node;
    const [before, mine, yours] = [base, ours, other].map((side) => this.#shared.of(side));
    if (mine !== null && mine === yours) {
      if (ours!.linked) return held(node);
      return this.#mergeFiles(node, this.#shared.record("base", mine!));
    }
    if (before === null) return null;
    const isLeft = this.#shared.namesLeft(before!) > 0;
    if (before === yours) {
      if (ours === null) return isLeft ? held(node) : null;
      // Ours took the name off the inode: it stays off, whatever becomes of the inode.
      const outcome = this.#mergeFiles(node, base!.record);
      if (outcome.type !== "theirs") return outcome;
      const record = { ...other!.record, ino: ours.record.ino };
      return { type: "inode", record, separate: this.#isApart(node) };
    }
    if (before === mine) {
      if (other === null) return isLeft ? NONE : null;
      // Theirs took it off.
      const outcome = this.#mergeFiles(node, base!.record);
      if (outcome.type === "theirs") return outcome;
      const record = outcome.type === "inode" ? outcome.record : ours!.record;
      return { type: "inode", record, separate: true };
    }
    return null;
  }

  #mergeFiles(node: MergeNode, base: InodeRecord | null): Outcome {
    const result = this.#mergeRecords(node, base);
    if (result === "ours" && !this.#onlyLinked(node)) return held(node);
    if (typeof result === "string") return theirs(node);
    return { type: "inode", record: result, separate: this.#isApart(node) };
  }

  /** True if what is merged is of two inodes, of which that of ours has other names, or gets them from theirs. */
  #isApart({ ours, theirs: other }: MergeNode): boolean {
    const mine = this.#shared.of(ours);
    return ours!.linked || mine !== null && mine !== this.#shared.of(other);
  }

  /** True if the sides are alike, but theirs made the path a name of another inode. */
  #onlyLinked({ base, ours, theirs: other }: MergeNode): boolean {
    if (!isUnchanged(ours!.record, other!.record) || this.#namesSame(base, other!)) return false;
    if (this.#namesSame(base, ours!)) return true;
    // Both did: the same one has to win whichever side is ours.
    const [mine, yours] = [this.#shared.of(ours), this.#shared.of(other)];
    return yours !== null && (mine === null || yours < mine);
  }

  /** True unless one is a name of a hard-linked inode that the other is not. */
  #namesSame(base: Side | null, side: Side): boolean {
    const [before, after] = [this.#shared.of(base), this.#shared.of(side)];
    if (before !== null || after !== null) return before === after;
    return !side.linked;
  }

  #mergeRecords(node: MergeNode, base: InodeRecord | null): "ours" | "theirs" | InodeRecord {
    const { result, conflicts, decided } = mergeRecord(
      this.#store,
      base,
      node.ours!.record,
      node.theirs!.record,
      this.#options,
    );
    this.#conflicts.add(node.path, conflicts, decided, recordsOf(node));
    return result;
  }
}

/** As ours has what is merged here, which may come from another path. */
function held(node: MergeNode): Outcome {
  if (node.ours === node.held) return HELD;
  if (node.ours === null) return NONE;
  return { type: "inode", record: node.ours.record, separate: false };
}

function theirs(node: MergeNode): Outcome {
  return node.theirs === null ? NONE : { type: "theirs", side: node.theirs };
}

function existsAfter({ outcome, held }: MergeNode): boolean {
  return outcome.type === "held" ? held !== null : outcome.type !== "none";
}

function changedNodes(nodes: readonly MergeNode[], which: "ours" | "theirs"): Set<MergeNode> {
  const changed = new Set<MergeNode>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const side = node[which];
    if (side !== null && !isUnchanged(node.base?.record ?? null, side.record)) changed.add(node);
    if (changed.has(node) && node.parent !== null) changed.add(node.parent);
  }
  return changed;
}
