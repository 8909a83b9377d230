/**
 * One inode merged: content, mode, owner and extended attributes, each for itself. Times and inode numbers are
 * never compared.
 *
 * @module
 */

import {
  type ContentId,
  type InodeRecord,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { changedDetails, kindsDiffer, PERMISSION_BITS } from "../snapshots/compare_records.ts";
import { recordOf } from "../snapshots/record.ts";
import { joinRegions } from "./lines/conflict_lines.ts";
import { mergeLines } from "./lines/merge_lines.ts";
import type { ConflictKind, MergeStrategy } from "./merge_types.ts";
import { mergeXattrs } from "./merge_xattrs.ts";
import { readText, splitLines, textBytes } from "./lines/text.ts";

export interface RecordMergeOptions {
  readonly strategy: MergeStrategy;
  readonly labels: { readonly ours: string; readonly theirs: string };
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface MergedRecord {
  /** Which side has it all, or the record that neither has: with the number of ours. */
  readonly result: "ours" | "theirs" | InodeRecord;
  /** Left to be settled; the result has these as the strategy leaves them. */
  readonly conflicts: readonly ConflictKind[];
  /** Decided by the strategy. */
  readonly decided: readonly ConflictKind[];
}

/** What a content is made of. Only two that are equal in this are the same. */
type Content = ContentId & Pick<InodeRecord, "size" | "rdev">;
type ContentOrigin = "ours" | "theirs" | "lines";

/**
 * Merges what two sides made of `base`, which is null if both made it anew. If `base` is of another kind than
 * both, it counts as null. Of directories only the attributes are merged.
 */
export function mergeRecord(
  store: StoreWriter,
  base: InodeRecord | null,
  ours: InodeRecord,
  theirs: InodeRecord,
  options: RecordMergeOptions,
): MergedRecord {
  return new RecordMerge(store, base, ours, theirs, options).run();
}

class RecordMerge {
  readonly #store: StoreWriter;
  readonly #base: InodeRecord | null;
  readonly #ours: InodeRecord;
  readonly #theirs: InodeRecord;
  readonly #options: RecordMergeOptions;
  readonly #preferTheirs: boolean;
  readonly #conflicts: ConflictKind[] = [];
  readonly #decided: ConflictKind[] = [];

  constructor(
    store: StoreWriter,
    base: InodeRecord | null,
    ours: InodeRecord,
    theirs: InodeRecord,
    options: RecordMergeOptions,
  ) {
    this.#store = store;
    this.#base = base;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#options = options;
    this.#preferTheirs = options.strategy === "theirs";
  }

  run(): MergedRecord {
    const result = kindsDiffer(this.#ours, this.#theirs)
      ? this.#mergeKinds()
      : this.#mergeAspects();
    return { result, conflicts: this.#conflicts, decided: this.#decided };
  }

  #mergeKinds(): "ours" | "theirs" {
    if (isUnchanged(this.#base, this.#theirs)) return "ours";
    if (isUnchanged(this.#base, this.#ours)) return "theirs";
    this.#clash("type");
    return this.#preferTheirs ? "theirs" : "ours";
  }

  #mergeAspects(): "ours" | "theirs" | InodeRecord {
    const [ours, theirs, options] = [this.#ours, this.#theirs, this.#options];
    const base = this.#base === null || kindsDiffer(this.#base, ours) ? null : this.#base;
    const isDirectory = (ours.mode & S_IFMT) === S_IFDIR;
    const [content, origin] = isDirectory ? [ours, "ours"] as const : this.#mergeContent(base);
    const mode = this.#mergeValue(base, (record) => record.mode & PERMISSION_BITS, "mode");
    const uid = this.#mergeValue(base, (record) => record.uid, "owner");
    const gid = this.#mergeValue(base, (record) => record.gid, "owner");
    const { xattrs, conflict } = mergeXattrs(
      this.#store,
      base?.xattrs ?? null,
      ours.xattrs,
      theirs.xattrs,
      this.#preferTheirs,
    );
    if (conflict) this.#clash("xattrs");
    const merged: InodeRecord = {
      ...recordOf(ours),
      mode: (ours.mode & ~PERMISSION_BITS) | mode,
      uid,
      gid,
      xattrs,
      content: content.content,
      chunked: content.chunked,
      size: content.size,
      rdev: content.rdev,
    };
    if (changedDetails(ours, merged).length === 0) return "ours";
    if (changedDetails(theirs, merged).length === 0) return "theirs";
    const { sec, nsec } = secondsOf(options.now);
    const modified = origin === "lines"
      ? { mtimeSec: sec, mtimeNsec: nsec }
      : timesOf(origin === "ours" ? ours : theirs);
    return { ...merged, ...modified, ctimeSec: sec, ctimeNsec: nsec };
  }

  #mergeContent(base: InodeRecord | null): [Content, ContentOrigin] {
    const [ours, theirs] = [this.#ours, this.#theirs];
    if (sameContent(ours, theirs)) return [ours, "ours"];
    if (base !== null && sameContent(base, theirs)) return [ours, "ours"];
    if (base !== null && sameContent(base, ours)) return [theirs, "theirs"];
    if (this.#sameBytes(ours, theirs)) return [ours, "ours"];
    if (base !== null && this.#sameBytes(base, theirs)) return [ours, "ours"];
    if (base !== null && this.#sameBytes(base, ours)) return [theirs, "theirs"];
    const kind = ours.mode & S_IFMT;
    const lines = kind === S_IFREG ? this.#mergeText(base) : null;
    if (lines !== null) return [lines, "lines"];
    this.#clash(base === null ? "add/add" : kind === S_IFLNK ? "symlink" : "edit/edit");
    return this.#preferTheirs ? [theirs, "theirs"] : [ours, "ours"];
  }

  /** Files that differ in their holes only have no conflict. */
  #sameBytes(a: InodeRecord, b: InodeRecord): boolean {
    return (a.mode & S_IFMT) === S_IFREG && a.size === b.size &&
      this.#store.hasSameBytes(a, b, a.size);
  }

  /** Null if the contents are not text or the strategy leaves lines in conflict alone. */
  #mergeText(base: InodeRecord | null): Content | null {
    const { strategy, labels } = this.#options;
    const texts = [base, this.#ours, this.#theirs].map((file) => readText(this.#store, file));
    if (texts.includes(null)) return null;
    const [b, o, t] = texts.map((text) => splitLines(text!)) as [string[], string[], string[]];
    const regions = mergeLines(b, o, t);
    if (regions.some((region) => !("clean" in region))) {
      if (strategy === "conflict") return null;
      this.#clash(base === null ? "add/add" : "edit/edit", true);
    }
    const bytes = textBytes(joinRegions(regions, strategy, labels));
    const content = this.#store.putFile(bytes.length, (offset, into, length) => {
      into.set(bytes.subarray(offset, offset + length));
    });
    return { ...content, size: bytes.length, rdev: 0 };
  }

  #mergeValue(
    base: InodeRecord | null,
    of: (record: InodeRecord) => number,
    kind: ConflictKind,
  ): number {
    const [ours, theirs] = [of(this.#ours), of(this.#theirs)];
    if (ours === theirs) return ours;
    if (base !== null && of(base) === theirs) return ours;
    if (base !== null && of(base) === ours) return theirs;
    this.#clash(kind);
    return this.#preferTheirs ? theirs : ours;
  }

  #clash(kind: ConflictKind, text = false): void {
    const { strategy } = this.#options;
    const settled = strategy === "ours" || strategy === "theirs" || (text && strategy === "union");
    const list = settled ? this.#decided : this.#conflicts;
    // Both halves of the owner may clash.
    if (!list.includes(kind)) list.push(kind);
  }
}

/** True if nothing that a merge compares changed. */
export function isUnchanged(before: InodeRecord | null, after: InodeRecord | null): boolean {
  if (before === null || after === null) return before === after;
  return before === after ||
    (!kindsDiffer(before, after) && changedDetails(before, after).length === 0);
}

/** Milliseconds since 1970 as a record has times. */
export function secondsOf(now: number): { sec: number; nsec: number } {
  const sec = Math.floor(now / 1000);
  return { sec, nsec: Math.floor((now - sec * 1000) * 1e6) };
}

function timesOf({ mtimeSec, mtimeNsec }: InodeRecord) {
  return { mtimeSec, mtimeNsec };
}

function sameContent(a: Content, b: Content): boolean {
  return a.content === b.content && a.size === b.size && a.rdev === b.rdev;
}
