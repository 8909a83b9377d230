/**
 * How results are put into words for a model: short, a thing a line.
 *
 * @module
 */

import type { Change, ChangeCounts } from "../../control/service/history.ts";
import type { LeftAlone } from "../../control/shapes/history.ts";
import type { ConflictReport } from "../../control/service/merge.ts";

/** Hex digits of an id that are enough to name a checkpoint by. */
const SHORT_ID = 12;

// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

export function shortId(id: string): string {
  return id.slice(0, SHORT_ID);
}

/** A path or label on one line. */
export function shown(text: string): string {
  return CONTROLS.test(text) ? JSON.stringify(text) : text;
}

/** `0123456789ab "label"`. */
export function named({ id, label }: { id: string; label: string | null }): string {
  return label === null || label === "" ? shortId(id) : `${shortId(id)} ${JSON.stringify(label)}`;
}

export function counted({ added, modified, deleted }: ChangeCounts): string {
  const parts = Object.entries({ added, modified, deleted }).filter(([, count]) => count > 0);
  return parts.length === 0
    ? "nothing changed"
    : parts.map(([what, count]) => `${count} ${what}`).join(", ");
}

/** `M src/a.ts`, as git has it. */
export function changeLine(change: Change): string {
  const notes = change.status === "T"
    ? [`${change.oldKind ?? "?"} to ${change.kind}`]
    : (change.details ?? []).filter((detail) => detail !== "content" || change.details!.length > 1);
  const note = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  return `${change.status} ${shown(change.path)}${change.kind === "directory" ? "/" : ""}${note}`;
}

/** `conflict edit/edit: src/a.ts`. */
export function conflictLine({ kind, path }: ConflictReport): string {
  return `conflict ${kind}: ${shown(path)}`;
}

export function leftAloneLine({ path, reason }: LeftAlone): string {
  return `left alone: ${shown(path)}: ${shown(reason)}`;
}

/** Lines that are not empty. */
export function lines(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join("\n");
}
