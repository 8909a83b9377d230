import { binaryString } from "../../../../ffi/binary_string.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import { exportEntries, type ExportEntry } from "../../../export/export_entries.ts";
import { PathGlobs } from "../../../export/path_globs.ts";
import { writeTar } from "../../../export/tar/write_tar.ts";
import { writeOutput } from "../../../export/write_output.ts";
import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { archiveCompression } from "../../export/export_form.ts";
import { type Exported, withExport } from "../../export/with_export.ts";
import { BRANCH_OPTION, REF_HELP } from "../../history_options.ts";
import { byteSize, grouped, joined, quoted, shortId, words } from "../../print/format.ts";
import { onTerminal, print, printJson, safe } from "../../print/output.ts";
import { STORE_OPTION } from "../../store_client.ts";

export const command: Command = {
  name: "export",
  brief: "write a checkpoint, or the mount as it is, to an archive",
  prints: () => import("../../outputs/export.ts"),
  positionals: { usage: "[REF]", min: 0, max: 1 },
  options: {
    output: { value: "FILE", short: "o", brief: "file to write; - is standard output" },
    format: { value: "F", brief: "tar, tar.gz or tar.zst; else as FILE ends" },
    only: { value: "GLOBS", brief: "only paths that match one (: between)" },
    branch: BRANCH_OPTION,
    store: STORE_OPTION,
  },
  details: `${REF_HELP}
Without REF: the branch as it is.
Without -o to standard output, as long as that is no terminal. An archive has
everything: .git, what git ignores, times, links, holes, extended attributes.
A GLOB without a slash means a name at any depth, and what matches is meant
with all that is in it.`,
  example: "export HEAD~1 -o before.tar.zst",
  async run(input) {
    const [ref] = input.positionals;
    const path = outputPath(input);
    const compression = archiveCompression(input, path);
    const globs = input.values.get("only");
    const only = globs === undefined ? null : new PathGlobs(globList(globs));
    return await withExport(input, ref, async (exported) => {
      const { store } = exported.history;
      const counter = { entries: 0 };
      const entries = counted(exportEntries(store, exported.snapshot, only), counter);
      const bytes = await writeOutput(writeTar(store, entries), path, compression);
      if (path !== null) tell(input, exported, { path, bytes, ...counter });
      return 0;
    });
  },
};

/** Null for standard output. */
function outputPath(input: CommandInput): string | null {
  const path = input.values.get("output");
  if (path !== undefined && path !== "-") return absolutePath(path);
  if (input.flags.has("json")) {
    throw usageError(
      "Standard output cannot have both the export and JSON",
      "Name a file: -o FILE",
    );
  }
  if (path === undefined && onTerminal()) {
    throw usageError(
      "A terminal is no place for an archive",
      "Name a file: -o FILE, or use a pipe",
    );
  }
  return null;
}

function globList(text: string): string[] {
  const globs = text.split(":").filter((glob) => glob !== "");
  if (globs.length === 0) throw usageError("--only names no path");
  return globs.map(binaryString);
}

function* counted(
  entries: Iterable<ExportEntry>,
  counter: { entries: number },
): Generator<ExportEntry> {
  for (const entry of entries) {
    counter.entries++;
    yield entry;
  }
}

function tell(
  input: CommandInput,
  { branch, commit }: Exported,
  { path, entries, bytes }: { path: string; entries: number; bytes: number },
): void {
  if (input.flags.has("json")) {
    printJson({ branch, id: commit?.id ?? null, form: "tar", path, entries, bytes });
    return;
  }
  const what = commit === null
    ? `branch ${safe(branch)} as it is`
    : words("checkpoint", shortId(commit.id), quoted(commit.label));
  print(
    joined(`exported ${what} to ${safe(path)}`, `${grouped(entries)} entries`, byteSize(bytes)),
  );
}
