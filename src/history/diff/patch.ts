/**
 * Changes as text that `git apply` takes.
 *
 * Lines are split and compared as bytes, so a file in any encoding comes through as it is. What a patch
 * cannot carry (directories, owners, extended attributes, fifos and devices) is not in it.
 *
 * @module
 */

import { quotePath } from "../../../ffi/quote_path.ts";
import { type InodeRecord, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import type { SnapshotChange } from "../snapshots/snapshot_walk.ts";
import type { Rename } from "./find_renames.ts";
import { hunkText, textHunks } from "./hunks.ts";
import { readText, TEXT_BYTES_MAX } from "./text.ts";

/** The patch of one change, of a file that may have come from another path, as a binary string; "" where a patch has nothing to say. */
export function patchOf(store: Store, change: SnapshotChange, rename?: Rename): string {
  const before = patchable(rename?.from.before ?? change.before);
  const after = patchable(change.after);
  const { path } = change;
  if (before !== null && after !== null && gitKind(before) !== gitKind(after)) {
    // As git does it: one file goes, another comes.
    return filePatch(store, path, before, null) + filePatch(store, path, null, after);
  }
  return filePatch(store, path, before, after, rename);
}

function filePatch(
  store: Store,
  path: string,
  before: InodeRecord | null,
  after: InodeRecord | null,
  rename?: Rename,
): string {
  if (before === null && after === null) return "";
  const [oldName, newName] = patchNames(path, rename);
  const body = contentPatch(
    store,
    before === null ? null : oldName,
    after === null ? null : newName,
    before,
    after,
  );
  const head = modeLines(before, after) + renameLines(path, rename);
  if (head === "" && body === "") return "";
  return `diff --git ${oldName} ${newName}\n${head}${body}`;
}

function patchNames(path: string, rename?: Rename): [string, string] {
  return [quotePath(`a/${rename?.from.path ?? path}`), quotePath(`b/${path}`)];
}

/** How the patch of a file begins that is not compared line by line. */
export function patchHead(
  path: string,
  before: InodeRecord | null,
  after: InodeRecord | null,
): string {
  return `diff --git ${patchNames(path).join(" ")}\n${modeLines(before, after)}`;
}

function renameLines(path: string, rename: Rename | undefined): string {
  if (rename === undefined) return "";
  const [from, to] = [rename.from.path, path].map(quotePath);
  return `similarity index ${rename.similarity}%\nrename from ${from}\nrename to ${to}\n`;
}

function modeLines(before: InodeRecord | null, after: InodeRecord | null): string {
  const [oldMode, newMode] = [before, after].map((record) =>
    record === null ? "" : gitMode(record).toString(8)
  );
  if (before === null) return `new file mode ${newMode}\n`;
  if (after === null) return `deleted file mode ${oldMode}\n`;
  return oldMode === newMode ? "" : `old mode ${oldMode}\nnew mode ${newMode}\n`;
}

function contentPatch(
  store: Store,
  oldName: string | null,
  newName: string | null,
  before: InodeRecord | null,
  after: InodeRecord | null,
): string {
  // Files without any data may still have different sizes.
  const isSame = (before?.content ?? null) === (after?.content ?? null) &&
    (before?.size ?? 0) === (after?.size ?? 0);
  if (isSame) return "";
  const differ = (why: string) =>
    `${why} ${oldName ?? "/dev/null"} and ${newName ?? "/dev/null"} differ\n`;
  if (Math.max(before?.size ?? 0, after?.size ?? 0) > TEXT_BYTES_MAX) return differ("Large files");
  const oldText = readText(store, before);
  const newText = readText(store, after);
  if (oldText === null || newText === null) return differ("Binary files");
  return `--- ${headerName(oldName)}\n+++ ${headerName(newName)}\n${
    textHunks(oldText, newText).map(hunkText).join("")
  }`;
}

function patchable(record: InodeRecord | null): InodeRecord | null {
  return record !== null && (gitKind(record) === S_IFREG || gitKind(record) === S_IFLNK)
    ? record
    : null;
}

function gitKind(record: InodeRecord): number {
  return record.mode & S_IFMT;
}

/** git knows of permissions only whether the owner may execute. */
function gitMode(record: InodeRecord): number {
  if (gitKind(record) === S_IFLNK) return S_IFLNK;
  return S_IFREG | ((record.mode & 0o100) === 0 ? 0o644 : 0o755);
}

/** The name in a `---` or `+++` line: a tab ends a name with a space in it, as git and diff have it. */
function headerName(name: string | null): string {
  if (name === null) return "/dev/null";
  return name.includes(" ") && !name.startsWith('"') ? `${name}\t` : name;
}
