/**
 * Cgroups (v2) for one test, which go away with the processes that are still in them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { unifiedRoot } from "../../src/views/cgroup_sessions.ts";
import { until } from "./process.ts";

const END_DEADLINE_MS = 20_000;

/** Runs `body` with the directory of a new cgroup. */
export async function withCgroup<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const root = unifiedRoot();
  assert.ok(root !== null, "no cgroup v2 hierarchy is mounted");
  const directory = await Deno.makeTempDir({ dir: root, prefix: "agentvfs-test-" });
  try {
    return await body(directory);
  } finally {
    await removeCgroup(directory);
  }
}

/** Ends what is in a cgroup and those below it, and removes them. */
export async function removeCgroup(directory: string): Promise<void> {
  await Deno.writeTextFile(`${directory}/cgroup.kill`, "1");
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) await removeCgroup(`${directory}/${name}`);
  }
  // A process that was killed is in it until it is gone.
  await until("the cgroup is empty", async () => {
    const text = await Deno.readTextFile(`${directory}/cgroup.events`);
    return /^populated 0$/m.test(text);
  }, END_DEADLINE_MS);
  await Deno.remove(directory);
}

/** The command line that runs a program in a cgroup. */
export function inCgroup(directory: string, command: readonly string[]): string[] {
  const enter = `echo $$ > '${directory}/cgroup.procs' && exec "$@"`;
  return ["bash", "-c", enter, "bash", ...command];
}
