/**
 * The directories outside the mount that are watched, for people and for programs.
 *
 * @module
 */

import type { WatchedDirectoriesReport } from "../../control/service/telemetry.ts";
import type { CommandInput } from "../command.ts";
import { print, printJson, safe } from "../print/output.ts";

export function printWatched(input: CommandInput, report: WatchedDirectoriesReport): void {
  if (input.flags.has("json")) return printJson(report);
  if (report.directories.length === 0) return print("No directory outside the mount is watched");
  print("Outside the mount these are watched:");
  for (const line of watchedLines(report.directories)) print(`  ${line}`);
}

/** One for each. */
export function watchedLines(directories: WatchedDirectoriesReport["directories"]): string[] {
  return directories.map(({ path, why }) =>
    why === null ? safe(path) : `not ${safe(path)}: ${safe(why)}`
  );
}
