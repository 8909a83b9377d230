/**
 * Where an export goes.
 *
 * @module
 */

import { absolutePath } from "../../host/current_directory.ts";
import type { CommandInput } from "../command.ts";
import { usageError } from "../command_error.ts";
import { onTerminal } from "../print/output.ts";

/** The file that `--output` names, or null for standard output. Throws a usage error. */
export function outputPath(input: CommandInput, isText: boolean): string | null {
  const path = input.values.get("output");
  if (path !== undefined && path !== "-") return absolutePath(path);
  if (input.flags.has("json")) {
    throw usageError("Standard output cannot have the export and JSON", "Name a file: -o FILE");
  }
  if (path === undefined && !isText && onTerminal()) {
    throw usageError(
      "A terminal is no place for an archive",
      "Name a file, -o FILE, or use a pipe",
    );
  }
  return null;
}
