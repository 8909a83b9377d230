/**
 * `agentvfs export --to`.
 *
 * @module
 */

import { absolutePath } from "../../host/current_directory.ts";
import { writeDirectory } from "../../export/write_directory.ts";
import type { CommandInput } from "../command.ts";
import { usageError } from "../command_error.ts";
import { print, printError, printJson, safe } from "../print/output.ts";
import { grouped, joined } from "../print/format.ts";
import { ProgressLine } from "../print/progress_line.ts";
import { onlyGlobs } from "./only_globs.ts";
import { exportedState } from "./tell_file.ts";
import { withExport } from "./with_export.ts";
import { displayString } from "../../../ffi/binary_string.ts";

export async function exportDirectory(
  input: CommandInput,
  ref: string | undefined,
): Promise<number> {
  for (const option of ["output", "format"]) {
    if (input.values.has(option)) throw usageError(`--${option} means nothing with --to`);
  }
  const path = absolutePath(input.values.get("to")!);
  const only = onlyGlobs(input);
  return await withExport(input, ref, async (exported) => {
    const { branch, commit, history: { store }, snapshot } = exported;
    const line = new ProgressLine(false);
    const { written, notKept, leftAlone } = await writeDirectory(
      store,
      snapshot,
      path,
      only,
      line.report,
    ).finally(() => line.end());
    const notes = [...leftAlone, ...notKept].map(({ path, reason }) => ({
      path: displayString(path),
      reason,
    }));
    if (input.flags.has("json")) {
      const id = commit?.id ?? null;
      printJson({ branch, id, form: "directory", path, entries: written, notes });
      return 0;
    }
    print(joined(
      `exported ${exportedState(exported)} to ${safe(path)}`,
      `${grouped(written)} entries`,
    ));
    for (const { path, reason } of notes) printError(`agentvfs: ${safe(path)}: ${reason}`);
    return 0;
  });
}
