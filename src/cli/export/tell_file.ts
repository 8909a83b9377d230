/**
 * Says what file was written.
 *
 * @module
 */

import type { CommandInput } from "../command.ts";
import { byteSize, grouped, joined, quoted, shortId, words } from "../print/format.ts";
import { print, printJson, safe } from "../print/output.ts";
import type { Exported } from "./with_export.ts";

export interface WrittenFile {
  readonly form: "tar" | "patch";
  readonly path: string;
  readonly entries: number;
  readonly bytes: number;
}

/** What was exported, for people. */
export function exportedState({ branch, commit }: Exported): string {
  return commit === null
    ? `branch ${safe(branch)} as it is`
    : words("checkpoint", shortId(commit.id), quoted(commit.label));
}

export function tellFile(
  input: CommandInput,
  exported: Exported,
  { form, path, entries, bytes }: WrittenFile,
): void {
  if (input.flags.has("json")) {
    const { branch, commit } = exported;
    printJson({ branch, id: commit?.id ?? null, form, path, entries, bytes });
    return;
  }
  const count = `${grouped(entries)} ${form === "tar" ? "entries" : "files"}`;
  print(joined(`exported ${exportedState(exported)} to ${safe(path)}`, count, byteSize(bytes)));
}
