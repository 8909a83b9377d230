/**
 * The command line of the benchmark.
 *
 * @module
 */

import { parseArgs } from "node:util";

export interface Options {
  readonly quick: boolean;
  /** File to write every measurement to. */
  readonly json: string | undefined;
  /** Only cases whose name or group matches. */
  readonly only: RegExp | undefined;
  /** Where to make the folder it all happens in. */
  readonly directory: string | undefined;
}

export const USAGE = `deno task bench [--quick] [--only PATTERN] [--json FILE] [--dir FOLDER]

  --quick         smaller trees and fewer rounds: under two minutes
  --only PATTERN  only cases whose name or group matches this regular expression
  --json FILE     every measurement, for programs
  --dir FOLDER    the file system to measure on (default: that of the temporary folder)

AGENTVFS_BIN names an executable to measure instead of the source.`;

/** Throws a TypeError for what is no option. */
export function parseOptions(args: string[]): Options | "help" {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean" },
      only: { type: "string" },
      json: { type: "string" },
      dir: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return "help";
  return {
    quick: values.quick ?? false,
    json: values.json,
    only: values.only === undefined ? undefined : new RegExp(values.only, "i"),
    directory: values.dir,
  };
}
