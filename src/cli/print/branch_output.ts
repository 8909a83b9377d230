/**
 * Shows branches.
 *
 * @module
 */

import type { BranchReport } from "../../control/service/branches.ts";
import type { CommandInput } from "../command.ts";
import { joined, localTime, quoted, shortId, words } from "./format.ts";
import { onTerminal, print, printJson, safe, style } from "./output.ts";

/** One branch. Prints where it is alone where output is not a terminal: `cd "$(agentvfs branch create x)"`. */
export function printBranch(input: CommandInput, report: BranchReport): void {
  if (input.flags.has("json")) return printJson(report);
  if (input.originalClient) return print(String(report.number));
  if (!onTerminal()) return print(report.path);
  const { name, head, parent, path } = report;
  const at = words("at", style(shortId(head.id), "yellow"), style(quoted(head.label), "bold"));
  const from = parent === null ? "" : `from ${parent}`;
  print(joined(words("branch", style(name, "bold"), from), at, distance(report), dirt(report)));
  print(style(safe(path), "dim"));
}

/** The same as a row of a table. */
export function branchCells(report: BranchReport): string[] {
  const { name, parent, head, created } = report;
  return [
    name,
    shortId(head.id),
    quoted(head.label),
    parent === null ? "" : `from ${parent}`,
    localTime(created),
    distance(report),
    dirt(report),
  ];
}

function distance({ ahead, behind }: BranchReport): string {
  const parts = [ahead ? `${ahead} ahead` : "", behind ? `${behind} behind` : ""];
  return parts.filter((part) => part !== "").join(", ");
}

function dirt({ dirty }: BranchReport): string {
  return dirty ? "changes not recorded" : "";
}
