/**
 * What a command line wants an export to be.
 *
 * @module
 */

import type { Compression } from "../../export/write_output.ts";
import type { CommandInput } from "../command.ts";
import { usageError } from "../command_error.ts";

/** Names as `--format` and the ends of file names have them. */
const FORMATS: Readonly<Record<string, Compression>> = {
  "tar": "none",
  "tar.gz": "gzip",
  "tgz": "gzip",
  "tar.zst": "zstd",
  "tzst": "zstd",
};
const NAMES = "tar, tar.gz or tar.zst";

/** How an archive is compressed: as `--format` says, else as the name of the file ends. Throws a usage error. */
export function archiveCompression(input: CommandInput, path: string | null): Compression {
  const format = input.values.get("format");
  if (format !== undefined) {
    if (Object.hasOwn(FORMATS, format)) return FORMATS[format]!;
    throw usageError(`--format ${format} is none that there is`, `It is ${NAMES}`);
  }
  if (path === null) return "none";
  const end = Object.keys(FORMATS).find((name) => path.endsWith(`.${name}`));
  if (end !== undefined) return FORMATS[end]!;
  throw usageError(
    `Cannot tell from its name what ${path} is to be`,
    `Let it end in .tar, .tar.gz or .tar.zst, or give --format`,
  );
}
