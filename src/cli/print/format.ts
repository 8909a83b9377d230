/**
 * Numbers, times and changes as people read them.
 *
 * @module
 */

import type { Change, ChangeCounts } from "../../control/service/history.ts";
import { safe, type Style, style } from "./output.ts";

/** Hex digits of an id that are shown. */
const SHORT_ID = 12;
/** Characters of a label that are shown: one of any length must not make all rows of a table as wide. */
const LABEL_SHOWN = 72;

/** `#12`, or nothing: also for a daemon that was started by a version without numbers. */
export function hashNumber(number: number | null | undefined): string {
  return number ? `#${number}` : "";
}

export function shortId(id: string): string {
  return id.slice(0, SHORT_ID);
}

/** `"label"`, or nothing; of a label that would fill lines its beginning. */
export function quoted(label: string | null): string {
  if (label === null || label === "") return "";
  if (label.length <= LABEL_SHOWN) return `"${safe(label)}"`;
  return `"${safe([...label].slice(0, LABEL_SHOWN).join(""))}…"`;
}

/** Words that are not empty, with blanks between them. */
export function words(...parts: string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

/** Parts that are not empty, joined as one line. */
export function joined(...parts: string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}

/** `3 added, 2 modified, 1 deleted`; what is zero is left out. */
export function counts({ added, modified, deleted }: ChangeCounts): string {
  const parts = [
    added > 0 ? `${grouped(added)} added` : "",
    modified > 0 ? `${grouped(modified)} modified` : "",
    deleted > 0 ? `${grouped(deleted)} deleted` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing changed" : parts.join(", ");
}

/** 12345 as `12 345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** `1 file`, `2 files`. */
export function several(count: number, one: string): string {
  return `${grouped(count)} ${count === 1 ? one : `${one}s`}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function byteSize(bytes: number): string {
  let unit = 0;
  let size = bytes;
  for (; size >= 1024 && unit < UNITS.length - 1; unit++) size /= 1024;
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** Local time of an ISO time: `2026-01-02 03:04:05`. */
export function localTime(iso: string): string {
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return iso;
  const two = (n: number) => String(n).padStart(2, "0");
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ` +
    `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

const STATUS_STYLES: Record<Change["status"], Style> = {
  A: "green",
  M: "yellow",
  D: "red",
  T: "cyan",
};

/** `M src/a.ts  (mode)`, `R old → new  (95 %)`. That the content changed goes without saying. */
export function changeLine(change: Change): string {
  if (change.oldPath !== undefined) return renameLine(change.oldPath, change);
  const slash = change.kind === "directory" ? "/" : "";
  const notes = change.status === "T"
    ? [`${change.oldKind ?? "?"} → ${change.kind}`]
    : (change.details ?? []).filter((detail) => detail !== "content" || change.details!.length > 1);
  const note = notes.length === 0 ? "" : style(`  (${notes.join(", ")})`, "dim");
  return `${style(change.status, STATUS_STYLES[change.status])} ${
    safe(change.path)
  }${slash}${note}`;
}

function renameLine(from: string, { path, similarity = 100 }: Change): string {
  const note = similarity === 100 ? "" : style(`  (${similarity} % the same)`, "dim");
  return `${style("R", "cyan")} ${safe(from)} → ${safe(path)}${note}`;
}

/** Rows of cells as lines, each column as wide as its widest cell. Cells must not be coloured. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  }
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd());
}
