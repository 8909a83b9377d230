/**
 * A snapshot with what was taken of the difference to another.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { HistoryError } from "../commits/history_error.ts";
import type { Hunk } from "../diff/hunk.ts";
import { readText } from "../diff/text.ts";
import { graftPaths } from "../rollback/graft.ts";
import { changedDetails, PERMISSION_BITS } from "../snapshots/compare_records.ts";
import { lookupEntry } from "../snapshots/lookup_path.ts";
import { applyEdits, PathEdits } from "../snapshots/path_edits.ts";
import { isDirectoryRecord, recordOf } from "../snapshots/record.ts";
import { applyHunks } from "./apply_hunks.ts";
import { type ReviewItem, type ReviewItems, reviewItems } from "./review_items.ts";

/** What is taken of the items. They and their hunks are named by their places in the lists, from 0. */
export interface Choices {
  /** Items that are taken as a whole. */
  readonly whole: readonly number[];
  /** Items of which some lines are taken. */
  readonly parts: readonly PartChoice[];
}

export interface PartChoice {
  readonly item: number;
  /** Hunks that are taken as they are. */
  readonly hunks: readonly number[];
  /** Hunks of the old text that somebody split or edited. */
  readonly edited: readonly Hunk[];
  /** Mode, owner and extended attributes are taken as well. */
  readonly attributes: boolean;
}

export interface ChooseOptions {
  /** A number no inode of the branch has or had. */
  allocateInode(): number;
  /** Time of files that are neither as they were nor as they are, milliseconds since 1970. Default: the current time. */
  readonly now?: number;
}

/** A file that is taken in part, or a directory's attributes. */
interface Edit {
  readonly item: ReviewItem;
  /** The new text; null: it stays. */
  readonly text: string | null;
  readonly attributes: boolean;
}

/**
 * `from` with what is chosen of the items of {@linkcode reviewItems}: `to` itself if that is everything. Puts objects only.
 * Throws {@linkcode HistoryError} `bad_choice` for what is not in the lists, and `bad_hunk`.
 */
export function chooseSnapshot(
  store: StoreWriter,
  from: Snapshot,
  to: Snapshot,
  choices: Choices,
  options: ChooseOptions,
): Snapshot {
  const all = reviewItems(store, from, to);
  const itemAt = (index: number) => at(all.items, index, "item");
  const whole = new Set(choices.whole.map(itemAt));
  const edits: Edit[] = [];
  for (const choice of choices.parts) {
    const item = itemAt(choice.item);
    const edit = editOf(store, item, choice);
    if (edit === "whole") whole.add(item);
    else if (edit !== "nothing") edits.push(edit);
  }
  if (whole.size === 0 && edits.length === 0) return from;
  if (whole.size === all.items.length) return to;
  for (const item of whole) {
    if (isDirectoryKept(item)) edits.push({ item, text: null, attributes: true });
  }
  const paths = graftedPaths(all, whole);
  const grafted = paths.length === 0 ? from : graftPaths(store, from, to, paths, options);
  return edited(store, grafted, edits, options.now ?? Date.now());
}

/** What a choice comes to. */
function editOf(
  store: StoreWriter,
  item: ReviewItem,
  choice: PartChoice,
): Edit | "whole" | "nothing" {
  const { before, after, path } = item.change;
  if (!item.isDivisible) {
    throw new HistoryError("bad_choice", `${displayString(path)} can only be taken as a whole`);
  }
  const [oldText, newText] = [readText(store, before)!, readText(store, after)!];
  const hunks = choice.hunks.map((index) => at(item.hunks!, index, "hunk"));
  const text = applyHunks(oldText, [...hunks, ...choice.edited]);
  const hasAttributes = differInAttributes(before!, after!);
  const attributes = hasAttributes && choice.attributes;
  if (text === newText && attributes === hasAttributes) return "whole";
  if (text === oldText && !attributes) return "nothing";
  return { item, text: text === oldText ? null : text, attributes };
}

/** True if more than the content differs. */
function differInAttributes(before: InodeRecord, after: InodeRecord): boolean {
  return changedDetails(before, after).some((detail) =>
    detail !== "content" && detail !== "target"
  );
}

/** Its attributes changed; what is in it is another matter. */
function isDirectoryKept({ change: { status, before, details } }: ReviewItem): boolean {
  return status === "M" && isDirectoryRecord(before) && details.length > 0;
}

function graftedPaths(
  { items, goneDirectories }: ReviewItems,
  whole: ReadonlySet<ReviewItem>,
): string[] {
  const paths = [...whole].filter((item) => !isDirectoryKept(item)).flatMap(({ paths }) => paths);
  const left = items.filter((item) => !whole.has(item)).flatMap(({ paths }) => paths).sort();
  for (const directory of goneDirectories) {
    if (!hasBelow(left, directory)) paths.push(directory);
  }
  return paths;
}

/** Whether any of the sorted paths is below `directory`. */
function hasBelow(sorted: readonly string[], directory: string): boolean {
  const prefix = `${directory}/`;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < prefix) low = middle + 1;
    else high = middle;
  }
  return sorted[low]?.startsWith(prefix) ?? false;
}

function edited(
  store: StoreWriter,
  snapshot: Snapshot,
  edits: readonly Edit[],
  now: number,
): Snapshot {
  if (edits.length === 0) return snapshot;
  const links = new Map<number, InodeRecord>();
  const changes = new PathEdits();
  let { root } = snapshot;
  for (const edit of edits) {
    const { path } = edit.item.change;
    if (path === "") {
      root = editedRecord(store, root, edit, now);
      continue;
    }
    const entry = lookupEntry(store, snapshot, path)!;
    if (entry.linked) {
      const record = store.readLink(snapshot.links, entry.ino)!;
      links.set(entry.ino, editedRecord(store, record, edit, now));
      continue;
    }
    const names = path.split("/");
    const name = names.pop()!;
    const directory = names.reduce((at, name) => at.child(name), changes);
    directory.entries.set(name, { ...editedRecord(store, entry, edit, now), name, linked: false });
  }
  return {
    root: applyEdits(store, root, changes),
    links: store.updateLinks(snapshot.links, links),
  };
}

function editedRecord(
  store: StoreWriter,
  record: InodeRecord,
  { item, text, attributes }: Edit,
  now: number,
): InodeRecord {
  const after = item.change.after!;
  const ctime = { ctimeSec: Math.floor(now / 1000), ctimeNsec: now % 1000 * 1_000_000 };
  const mtime = { mtimeSec: ctime.ctimeSec, mtimeNsec: ctime.ctimeNsec };
  return {
    ...recordOf(record),
    ...ctime,
    ...(attributes ? attributesOf(record, after) : {}),
    ...(text === null ? {} : { ...mtime, ...putText(store, text) }),
  };
}

function attributesOf({ mode }: InodeRecord, after: InodeRecord) {
  const { uid, gid, xattrs } = after;
  return { mode: (mode & ~PERMISSION_BITS) | (after.mode & PERMISSION_BITS), uid, gid, xattrs };
}

function putText(store: StoreWriter, text: string) {
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const content = store.putFile(bytes.length, (offset, into, length) => {
    into.set(bytes.subarray(offset, offset + length));
  });
  return { ...content, size: bytes.length };
}

function at<T>(list: readonly T[], index: number, what: string): T {
  const found = list[index];
  if (found !== undefined) return found;
  throw new HistoryError("bad_choice", `There is no ${what} ${index} to be taken`);
}
