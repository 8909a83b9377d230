/**
 * `agentvfs export --git`.
 *
 * @module
 */

import { exportToGit, type GitExportReport } from "../../export/git/export_to_git.ts";
import type { CommandInput } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { joined, several } from "../print/format.ts";
import { print, printJson, safe } from "../print/output.ts";
import { withExport } from "./with_export.ts";

export async function exportGit(input: CommandInput, ref = "HEAD"): Promise<number> {
  for (const option of ["output", "format", "only"]) {
    if (input.values.has(option)) throw usageError(`--${option} means nothing with --git`);
  }
  return await withExport(input, ref, async ({ history, branch, commit, project, isInside }) => {
    if (isInside) throw fromInside(branch);
    if (project === null) throw noProject();
    const name = input.values.get("git");
    const directory = input.values.get("repository");
    const request = { history, branch, commit: commit!, project, name, directory };
    const report = await exportToGit(request);
    if (input.flags.has("json")) printJson({ branch, id: commit!.id, form: "git", ...report });
    else for (const line of lines(branch, report)) print(line);
    return 0;
  });
}

function lines(branch: string, { name, commit, base, made, left }: GitExportReport): string[] {
  const at = commit.slice(0, 12);
  const what = made === 0
    ? `nothing is new: branch ${safe(name)} of the project's repository is at ${at}`
    : joined(
      `exported ${several(made, "commit")} of ${safe(branch)}`,
      `branch ${safe(name)} of the project's repository is at ${at}`,
    );
  return [
    what,
    ...(left === null
      ? []
      : [`it was at ${left.slice(0, 12)}, which it does not lead to any more`]),
    `look at them: git log ${base === null ? "" : `${base.slice(0, 12)}..`}${safe(name)}`,
  ];
}

function fromInside(branch: string): CommandError {
  return new CommandError(
    "denied",
    1,
    `Not allowed from inside branch ${safe(branch)}: commits in the project's repository`,
    { hint: "Ask for it from a terminal that is not in the run" },
  );
}

function noProject(): CommandError {
  return new CommandError("no_project", 2, "Cannot tell which repository is meant", {
    hint: "Name the project: -C DIR",
  });
}
