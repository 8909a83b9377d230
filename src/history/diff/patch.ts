/**
 * Changes as text that `git apply` takes.
 *
 * Lines are split and compared as bytes, so a file in any encoding comes through as it is. What a patch
 * cannot carry (directories, owners, extended attributes, fifos and devices) is not in it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { structuredPatch } from "diff";
import { type InodeRecord, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import type { SnapshotChange } from "../snapshots/snapshot_walk.ts";

/** Larger files are only said to differ, bytes. */
const TEXT_BYTES_MAX = 8 * 1024 * 1024;
/** git, too, takes a file for binary that has a NUL in its first 8000 bytes. */
const BINARY_PROBE = 8000;
/** Files less alike than this many changed lines are shown as replaced, which is as right and takes no time. */
const EDITS_MAX = 5000;
const CONTEXT_LINES = 3;
const NO_NEWLINE = "\\ No newline at end of file\n";

/** The patch of one change as a binary string; "" where a patch has nothing to say. */
export function patchOf(store: Store, change: SnapshotChange): string {
  const before = patchable(change.before);
  const after = patchable(change.after);
  if (before !== null && after !== null && gitKind(before) !== gitKind(after)) {
    // As git does it: one file goes, another comes.
    return filePatch(store, change.path, before, null) + filePatch(store, change.path, null, after);
  }
  return filePatch(store, change.path, before, after);
}

function filePatch(
  store: Store,
  path: string,
  before: InodeRecord | null,
  after: InodeRecord | null,
): string {
  if (before === null && after === null) return "";
  const oldName = quotePath(`a/${path}`);
  const newName = quotePath(`b/${path}`);
  const body = contentPatch(
    store,
    before === null ? null : oldName,
    after === null ? null : newName,
    before,
    after,
  );
  const modes = modeLines(before, after);
  if (modes === "" && body === "") return "";
  return `diff --git ${oldName} ${newName}\n${modes}${body}`;
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
  if ((before?.content ?? null) === (after?.content ?? null)) return "";
  const differ = (why: string) =>
    `${why} ${oldName ?? "/dev/null"} and ${newName ?? "/dev/null"} differ\n`;
  if (Math.max(before?.size ?? 0, after?.size ?? 0) > TEXT_BYTES_MAX) return differ("Large files");
  const oldText = readText(store, before);
  const newText = readText(store, after);
  if (oldText === null || newText === null) return differ("Binary files");
  return `--- ${headerName(oldName)}\n+++ ${headerName(newName)}\n${hunks(oldText, newText)}`;
}

/** The bytes as a binary string, or null if they are not text. */
function readText(store: Store, record: InodeRecord | null): string | null {
  if (record === null || record.size === 0) return "";
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  if (bytes.subarray(0, BINARY_PROBE).includes(0)) return null;
  return binaryText(bytes);
}

/** TextDecoder's latin1 is windows-1252, which is another mapping. */
function binaryText(bytes: Uint8Array<ArrayBuffer>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function hunks(oldText: string, newText: string): string {
  const patch = structuredPatch("", "", oldText, newText, "", "", {
    context: CONTEXT_LINES,
    maxEditLength: EDITS_MAX,
  });
  if (patch === undefined) return replacement(oldText, newText);
  return patch.hunks.map((hunk) => {
    const lines = hunk.lines.map((line) => `${line}\n`).join("");
    const from = range(hunk.oldStart, hunk.oldLines);
    return `@@ -${from} +${range(hunk.newStart, hunk.newLines)} @@\n${lines}`;
  }).join("");
}

/** One hunk that takes all lines out and puts all lines in. */
function replacement(oldText: string, newText: string): string {
  const out = splitLines(oldText);
  const into = splitLines(newText);
  const lines = [prefixed("-", out), prefixed("+", into)].join("");
  return `@@ -${range(1, out.length)} +${range(1, into.length)} @@\n${lines}`;
}

function splitLines(text: string): string[] {
  return text === "" ? [] : text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function prefixed(sign: string, lines: readonly string[]): string {
  return lines.map((line) => line.endsWith("\n") ? sign + line : `${sign}${line}\n${NO_NEWLINE}`)
    .join("");
}

/** A range without lines is named by the line before it. */
function range(start: number, lines: number): string {
  return lines === 0 ? `${start - 1},0` : lines === 1 ? `${start}` : `${start},${lines}`;
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

const ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/** A path as git writes it: in C quotes where it has control characters, quotes or bytes above 0x7e. */
export function quotePath(path: string): string {
  // deno-lint-ignore no-control-regex
  const special = /[\x00-\x1f"\\\x7f-\xff]/g;
  if (path.search(special) < 0) return path;
  const quoted = path.replace(
    special,
    (c) => ESCAPES[c] ?? "\\" + c.charCodeAt(0).toString(8).padStart(3, "0"),
  );
  return `"${quoted}"`;
}
