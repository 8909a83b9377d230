/**
 * Takes away everything a benchmark made, also when that was interrupted or killed: a process that waits for
 * its standard input to end. Its argument is the benchmark's folder. Every process the benchmark starts
 * carries the folder's name in its environment.
 *
 * @module
 */

import { run, until } from "../support/process.ts";
import { mountsBelow } from "../support/temporary.ts";

/** Longest time processes may take to end once nothing is mounted, ms. */
const END_DEADLINE_MS = 10_000;

/** Processes that carry `folder` in their environment, without this one. */
async function processesOf(folder: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === Deno.pid) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.includes(folder)) found.push(pid);
  }
  return found;
}

async function takeAway(folder: string): Promise<void> {
  for (const mount of await mountsBelow(folder)) await run(["umount", "-l", mount]);
  const none = async () => (await processesOf(folder)).length === 0;
  await until("the processes end", none, END_DEADLINE_MS).catch(async () => {
    for (const pid of await processesOf(folder)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch { /* it ended after all */ }
    }
  });
  for (const mount of await mountsBelow(folder)) await run(["umount", "-l", mount]);
  const removed = await run(["rm", "-rf", "--one-file-system", folder], { deadlineMs: 120_000 });
  if (removed.code !== 0) console.error(`Cannot remove ${folder}: ${removed.stderr}`);
}

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {});
  }
  const byte = new Uint8Array(1);
  while (await Deno.stdin.read(byte) !== null);
  await takeAway(Deno.args[0]!);
}
