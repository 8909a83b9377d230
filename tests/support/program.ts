/**
 * The program under test: from source, or the executable that `AGENTVFS_BIN` names.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type Outcome, run, type RunOptions } from "./process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Command and first arguments. */
export const PROGRAM: readonly string[] = programCommand();

function programCommand(): string[] {
  const executable = Deno.env.get("AGENTVFS_BIN");
  if (executable) return [executable];
  return [
    Deno.execPath(),
    ...["run", "-A", "--quiet", "--no-check", `--config=${ROOT}deno.json`, `${ROOT}main.ts`],
  ];
}

/** Runs `agentvfs ARGS…` with a state directory of its own. */
export function agentvfs(
  state: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const env = { AGENTVFS_STATE_DIR: state, AGENTVFS_SOCK: "", NO_COLOR: "1", ...options.env };
  return run([...PROGRAM, ...args], { ...options, env });
}
