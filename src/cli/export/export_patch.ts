/**
 * `agentvfs export --patch`.
 *
 * @module
 */

import { checkpointLine } from "../../export/checkpoint_line.ts";
import { ExportError } from "../../export/export_error.ts";
import { findRepository, type Repository } from "../../export/git/repository.ts";
import { patchChanges } from "../../export/patch/patch_changes.ts";
import { writePatch } from "../../export/patch/write_patch.ts";
import { writeOutput } from "../../export/write_output.ts";
import type { CommandInput } from "../command.ts";
import { usageError } from "../command_error.ts";
import { several } from "../print/format.ts";
import { printError } from "../print/output.ts";
import { onlyGlobs } from "./only_globs.ts";
import { outputPath } from "./output_path.ts";
import { tellFile } from "./tell_file.ts";
import { withExport } from "./with_export.ts";

export async function exportPatch(input: CommandInput, ref: string | undefined): Promise<number> {
  if (input.values.has("format")) throw usageError("--format means nothing with --patch");
  const path = outputPath(input, true);
  const only = onlyGlobs(input);
  return await withExport(input, ref, async (exported) => {
    const { history, commit, head, snapshot, project, isInside } = exported;
    const { store } = history;
    const line = checkpointLine(history, commit ?? head);
    const from = input.values.get("from");
    const base = from === undefined ? exported.base ?? line.at(-1)! : await exported.resolve(from);
    const of = project === null || isInside ? null : await repositoryOf(project);
    const isFiltered = of !== null && !input.flags.has("ignored");
    const { changes, ignored } = await patchChanges(store, {
      from: history.whole(base).snapshot,
      to: snapshot,
      only,
      repository: isFiltered ? { of, first: line.at(-1)! } : null,
    });
    let files = 0;
    const pieces = writePatch(store, changes, of?.hash ?? "sha1", () => files++);
    const bytes = await writeOutput(pieces, path, "none");
    if (path !== null) tellFile(input, exported, { form: "patch", path, entries: files, bytes });
    if (ignored > 0) {
      const what = several(ignored, "file");
      printError(`agentvfs: ${what} that git ignores left out; --ignored brings them`);
    }
    return 0;
  });
}

/** Null where there is none: then nothing is ignored. */
async function repositoryOf(project: string): Promise<Repository | null> {
  try {
    return await findRepository(project);
  } catch (error) {
    if (error instanceof ExportError) return null;
    throw error;
  }
}
