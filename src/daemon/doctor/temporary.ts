/**
 * Whether programs may be run from the temporary directory: the module that computes hashes is put there for a moment.
 *
 * @module
 */

import type { Check } from "./check.ts";
import type { Machine } from "./machine.ts";

export async function temporary(machine: Machine): Promise<Check | null> {
  const directory = machine.environment.TMPDIR || "/tmp";
  const lines = (await machine.text("/proc/self/mountinfo") ?? "").split("\n");
  const mount = lines.map((line) => line.split(" ")).findLast((fields) => fields[4] === directory);
  if (mount === undefined || !mount[5]!.split(",").includes("noexec")) return null;
  return {
    name: "temporary",
    state: "warn",
    found: `${directory} is mounted noexec: storing large files takes longer`,
    fix: "Set TMPDIR to a directory of yours that is not",
  };
}
