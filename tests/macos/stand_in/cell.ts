/**
 * `cell.ts FILE`: a process as of a filter on macOS, which locks itself in, says what is still to be had, and then computes for
 * ever. Nobody ends it.
 *
 * @module
 */

import "./pretend.ts";

const { limitComputing } = await import("../../../ffi/macos/sandbox.ts");
const { lockIn, lockKind } = await import("../../../src/host/cell/lock.ts");
const { processUse } = await import("../../../src/host/cell/process_use.ts");

const { computedMs, resident } = processUse(Deno.pid)!;
// As Linux counts.
const [user, system] = Deno.readTextFileSync("/proc/self/stat").split(") ")[1]!.split(" ").slice(
  11,
);
const ticks = Number(user) + Number(system);
const open = lockIn(-1);
const isRefused = (attempt: () => unknown) => {
  try {
    attempt();
    return false;
  } catch {
    return true;
  }
};
const said = {
  kind: lockKind(),
  open,
  reads: !isRefused(() => Deno.readTextFileSync(Deno.args[0]!)),
  starts: !isRefused(() => new Deno.Command("true").outputSync()),
  isUseRight: Math.abs(computedMs - ticks * 10) <= 1000 && resident > 10 * 2 ** 20,
};
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(said) + "\n"));
limitComputing(1);
for (;;) { /* for ever */ }
