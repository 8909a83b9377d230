/**
 * Sessions of cgroups on the command line.
 *
 * @module
 */

import type { CgroupSessionReport } from "../../control/service/sessions.ts";
import type { CommandInput, OptionSpecs } from "../command.ts";
import { usageError } from "../command_error.ts";
import { print, printJson, safe } from "./output.ts";

/** How a session is named. */
export const SESSION_OPTIONS: OptionSpecs = {
  cgroup: { value: "PATH", brief: "by its cgroup" },
  id: { value: "N", brief: "by its number" },
};

const LARGEST_ID = 2 ** 31;

/** The number that `--id` gives; undefined if it does not. */
export function sessionId(input: CommandInput): number | undefined {
  const text = input.values.get("id");
  if (text === undefined) return undefined;
  const id = Number(text);
  if (/^[0-9]+$/.test(text) && id >= 1 && id <= LARGEST_ID) return id;
  throw usageError(`--id needs a whole number above 0, not ${JSON.stringify(text)}`);
}

/** Which session the options name. */
export function namedSession(input: CommandInput): { cgroup: string } | { id: number } {
  const cgroup = input.values.get("cgroup");
  const id = sessionId(input);
  if (cgroup !== undefined && id === undefined && cgroup !== "") return { cgroup };
  if (cgroup === undefined && id !== undefined) return { id };
  throw usageError("Name the session: either --cgroup PATH or --id N");
}

export function printSession(input: CommandInput, report: CgroupSessionReport, done: string): void {
  if (input.flags.has("json")) printJson(report);
  else if (input.originalClient) print("ok");
  else print(`${done} ${report.id}: ${safe(report.cgroup)} sees ${safe(report.branch)}`);
}
