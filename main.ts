/**
 * Entry of the program. Called as `agentvfs-ctl` or `agentvfs-quickstart` it acts as that command.
 *
 * @module
 */

import { givenArguments } from "./src/cli/given_arguments.ts";
import { run } from "./src/cli/run.ts";

Deno.exit(await run(givenArguments(), programName()));

/** The name the program was called by. Deno names the executable, with links resolved; the kernel kept the name. */
function programName(): string {
  if (!Deno.build.standalone) return "agentvfs";
  try {
    const called = Deno.readTextFileSync("/proc/self/cmdline").split("\0", 1)[0]!;
    return called.slice(called.lastIndexOf("/") + 1);
  } catch {
    return "agentvfs";
  }
}
