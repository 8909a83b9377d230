/**
 * Several python processes at once, for what takes more than one process to see.
 *
 * @module
 */

import { PYTHON } from "../support/python.ts";
import type { Lab } from "./lab.ts";

/**
 * Runs `count` copies of a script together, each with its number as the last argument, and waits for all.
 * Returns what each printed. They act as the check's user.
 */
export function python(
  lab: Lab,
  script: string,
  args: readonly string[],
  count = 1,
): string[] {
  // One process that forks: they begin at the same moment, and this thread has to wait for one only.
  const runner = `
import os, sys
pipes = []
for number in range(${count}):
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.dup2(writer, 1)
        sys.argv = sys.argv + [str(number)]
        try: exec(${JSON.stringify(script)}, {})
        except BaseException as error: print(type(error).__name__, error)
        sys.stdout.flush()
        os._exit(0)
    os.close(writer)
    pipes.append(reader)
print("\\0".join(os.fdopen(reader).read().strip() for reader in pipes), end="")`;
  const start = () =>
    new Deno.Command(PYTHON, {
      args: ["-c", runner, ...args],
      uid: lab.self.uid,
      gid: lab.self.gid,
      stdout: "piped",
      stderr: "piped",
    }).outputSync();
  const { stdout, stderr, code } = lab.asStarter(start);
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\0");
}
