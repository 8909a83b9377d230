/**
 * The filters of a workspace, for people and for programs.
 *
 * @module
 */

import type { FiltersReport } from "../../control/service/filters.ts";
import type { CommandInput } from "../command.ts";
import { columns, joined, several } from "../print/format.ts";
import { print, printJson, safe } from "../print/output.ts";

const LOCKS = {
  seccomp: "locked in by seccomp",
  sandbox: "locked in by macOS's sandbox",
  job: "locked in by a job",
} as const;

export function printFilters(input: CommandInput, report: FiltersReport): void {
  if (input.flags.has("json")) return printJson(report);
  if (report.filters.length === 0) return print("No filters");
  const rows = report.filters.map(({ name, kind, state, failures, trouble, lock }) => [
    safe(name),
    kind,
    LOCKS[lock],
    joined(
      state,
      failures === 0 ? "" : `failed on ${several(failures, "event")}`,
      trouble === null ? "" : safe(trouble),
    ),
  ]);
  for (const line of columns(rows)) print(line);
}
