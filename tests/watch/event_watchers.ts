/**
 * Libraries that tell of events: of every path that a rollback changes, and rightly whether it is there.
 *
 * @module
 */

import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { change, expected, project } from "./changes.ts";
import { WatchingProgram } from "./watching_program.ts";

/** `command` prints what it is told of the current directory, see `chokidar_watcher.mjs`. */
export async function eventWatcher(command: readonly string[], count: number): Promise<number> {
  let ms = 0;
  await withProject(project(count), async (m) => {
    await m.ctl("checkpoint", "base");
    await shell(change(count), { cwd: m.mount });
    await using program = new WatchingProgram(command, { cwd: m.mount });
    await program.until("it watches", (output) => output.includes("ready"));
    ms = await rollback(m);
    await program.until("it was told of everything", (output) => missing(output, count) === "");
  }, { deadlineMs: 300_000 });
  return ms;
}

/** How long a rollback took, ms. */
export async function rollback(m: Mounted): Promise<number> {
  using client = await m.connect();
  return (await client.rollback({ ref: "base", forceLarge: true })).ms;
}

/** A path that it was not told of, or last in a way that is not so; empty if there is none. */
function missing(output: string, count: number): string {
  const last = new Map<string, string>();
  for (const line of output.split("\n").slice(0, -1)) {
    const [kind, path] = JSON.parse(line) as [string, string];
    last.set(path, kind);
  }
  const { changed, added, removed } = expected(count);
  const isThere = (path: string) => ["add", "change"].includes(last.get(path) ?? "");
  return [...changed, ...added].find((path) => !isThere(path)) ??
    removed.find((path) => last.get(path) !== "unlink") ?? "";
}
