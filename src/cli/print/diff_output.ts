/**
 * A difference as people and programs read it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Change, DiffReport } from "../../control/service/history.ts";
import type { CommandInput } from "../command.ts";
import { diffStat } from "./diff_stat.ts";
import { changeLine } from "./format.ts";
import { onTerminal, style } from "./output.ts";
import { outputColumns } from "./pager.ts";
import { shownPatch } from "./patch_output.ts";
import { listedChanges, shownOldPath, shownPath } from "./shown_path.ts";

/** In the form that the flags ask for. */
export function shownDiff({ flags }: CommandInput, report: DiffReport): Uint8Array {
  const changes = listedChanges(report.changes);
  if (flags.has("name-only")) return text(changes.map(shownPath));
  if (flags.has("name-status")) return text(changes.map(nameStatus));
  if (report.changes.length === 0) {
    return text(onTerminal() ? [style("no differences", "dim")] : []);
  }
  if (flags.has("stat") && flags.has("patch")) return statAndPatch(report);
  if (flags.has("stat")) return text(diffStat(report.changes, outputColumns()));
  if (flags.has("patch")) return shownPatch(patchOf(report));
  return text(shownChanges(report.changes).map(changeLine));
}

/** The lines of each file counted, then the patch. */
export function statAndPatch(report: DiffReport): Uint8Array {
  const stat = text([...diffStat(report.changes, outputColumns()), ""]);
  return Buffer.concat([stat, shownPatch(patchOf(report))]);
}

function text(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}

/** All but where renamed files were. */
function shownChanges(changes: readonly Change[]): Change[] {
  const left = new Set(changes.map(({ oldPathBytes, oldPath }) => oldPathBytes ?? oldPath));
  return changes.filter(({ status, path, pathBytes }) =>
    status !== "D" || !left.has(pathBytes ?? path)
  );
}

/** The bytes of its patch. */
function patchOf({ patch = "", patchBytes }: DiffReport): Uint8Array {
  return patchBytes === undefined ? Buffer.from(patch) : Buffer.from(patchBytes, "base64");
}

/** As git has it: `M\tpath`, `R095\told\tnew`. */
function nameStatus(change: Change): string {
  const { status, similarity } = change;
  if (similarity === undefined) return `${status}\t${shownPath(change)}`;
  const code = `R${String(similarity).padStart(3, "0")}`;
  return `${code}\t${shownOldPath(change)}\t${shownPath(change)}`;
}
