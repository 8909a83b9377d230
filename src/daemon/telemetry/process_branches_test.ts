import assert from "node:assert/strict";
import type { Action, TelemetryEvent } from "../../telemetry/event.ts";
import { ProcessBranches } from "./process_branches.ts";

const event = (action: Action, pid: number, time: number, parent = 0): TelemetryEvent => ({
  provider: "ebpf",
  action,
  time,
  process: { pid, parent },
});

Deno.test("what a process starts works on its branch, and is known for a moment after its end", () => {
  const branches = new ProcessBranches();
  branches.watch({ pid: 10, branch: "b" });
  assert.equal(branches.of(event("fork", 11, 1, 10))?.branch, "b");
  assert.equal(branches.of(event("exit", 11, 2))?.branch, "b");
  assert.equal(branches.of(event("open", 11, 1_000))?.branch, "b");
  assert.equal(branches.of(event("open", 11, 3_000)), undefined);
  // Its number may be another's by then, of a run, too.
  branches.watch({ pid: 20, branch: "c" });
  assert.equal(branches.of(event("fork", 11, 1_500, 20))?.branch, "c");
  assert.equal(branches.of(event("open", 11, 1_501))?.branch, "c");
  assert.equal(branches.of(event("open", 12, 1_501)), undefined);
});
