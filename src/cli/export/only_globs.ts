/**
 * `--only`: which paths are meant.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { CommandInput, OptionSpec } from "../command.ts";
import { usageError } from "../command_error.ts";

export const ONLY_OPTION: OptionSpec = {
  value: "GLOB",
  brief: "only paths that match, as in .gitignore (, between)",
};

/** Patterns as binary strings; null where everything is meant. */
export function onlyGlobs(input: CommandInput): string[] | null {
  const text = input.values.get("only");
  if (text === undefined) return null;
  const globs = text.split(",").filter((glob) => glob !== "");
  if (globs.length === 0) throw usageError("--only names no path");
  return globs.map(binaryString);
}
