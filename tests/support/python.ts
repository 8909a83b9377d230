/**
 * Runs python scripts for tests: the calls that Deno has no names for.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type RunOptions, succeed } from "./process.ts";

/** The system's own python where there is one: wrappers of version managers take longer to start. */
export const PYTHON = isFile("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Path of a script that stands beside a module. */
export function scriptPath(module: string, name: string): string {
  return fileURLToPath(new URL(name, module));
}

/** Runs a script given as text, which has to succeed. Resolves with what it printed. */
export function python(
  script: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<string> {
  return succeed([PYTHON, "-c", script, ...args], options);
}
