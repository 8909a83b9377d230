/**
 * `agentvfs export` to an archive.
 *
 * @module
 */

import { exportEntries, type ExportEntry } from "../../export/export_entries.ts";
import { writeTar } from "../../export/tar/write_tar.ts";
import { writeOutput } from "../../export/write_output.ts";
import type { CommandInput } from "../command.ts";
import { archiveCompression } from "./export_form.ts";
import { onlyGlobs } from "./only_globs.ts";
import { outputPath } from "./output_path.ts";
import { tellFile } from "./tell_file.ts";
import { withExport } from "./with_export.ts";

export async function exportArchive(input: CommandInput, ref: string | undefined): Promise<number> {
  const path = outputPath(input, false);
  const compression = archiveCompression(input, path);
  const only = onlyGlobs(input);
  return await withExport(input, ref, async (exported) => {
    const { store } = exported.history;
    let entries = 0;
    const counted = function* (all: Iterable<ExportEntry>) {
      for (const entry of all) {
        entries++;
        yield entry;
      }
    };
    const pieces = writeTar(store, counted(exportEntries(store, exported.snapshot, only)));
    const bytes = await writeOutput(pieces, path, compression);
    if (path !== null) tellFile(input, exported, { form: "tar", path, entries, bytes });
    return 0;
  });
}
