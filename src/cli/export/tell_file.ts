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

export function tellFile(
  input: CommandInput,
  { branch, commit }: Exported,
  { form, path, entries, bytes }: WrittenFile,
): void {
  if (input.flags.has("json")) {
    printJson({ branch, id: commit?.id ?? null, form, path, entries, bytes });
    return;
  }
  const what = commit === null
    ? `branch ${safe(branch)} as it is`
    : words("checkpoint", shortId(commit.id), quoted(commit.label));
  const count = `${grouped(entries)} ${form === "tar" ? "entries" : "files"}`;
  print(joined(`exported ${what} to ${safe(path)}`, count, byteSize(bytes)));
}
