/**
 * `tsc --watch`: the errors that an agent made are gone after a rollback. Not of version 7, which watches by fanotify(7): that
 * cannot watch a mount of FUSE and another file system at once, and tsc watches the directories above the project, too.
 *
 * @module
 */

import { withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { change, project } from "./changes.ts";
import { rollback } from "./event_watchers.ts";
import { WatchingProgram } from "./watching_program.ts";

const CONFIG = JSON.stringify({
  compilerOptions: { noEmit: true, strict: true, module: "esnext", types: [] },
  include: ["many"],
});

/** `tsc`: the command. */
export async function tscWatcher(tsc: readonly string[], count: number): Promise<number> {
  let ms = 0;
  const script = `${project(count)}\necho '${CONFIG}' >tsconfig.json`;
  await withProject(script, async (m) => {
    await m.ctl("checkpoint", "base");
    await shell(change(count), { cwd: m.mount });
    const command = [...tsc, "--watch", "--preserveWatchOutput", "--pretty", "false"];
    await using program = new WatchingProgram(command, { cwd: m.mount });
    const found = (errors: number) => new RegExp(`Found ${errors} errors?\\b`);
    await program.until("it finds what is wrong", (output) => found(count).test(output));
    ms = await rollback(m);
    await program.until("it finds nothing", (output) => found(0).test(output));
  }, { deadlineMs: 300_000 });
  return ms;
}
