import assert from "node:assert/strict";
import type { TelemetryEvent } from "./event.ts";
import { RUN_MS, WriteRuns } from "./write_runs.ts";

function event(time: number, more: Partial<TelemetryEvent>): TelemetryEvent {
  return {
    provider: "mount",
    action: "write",
    time,
    error: 0,
    verdict: "allow",
    view: 0,
    inode: 7n,
    path: "/m/a",
    process: { pid: 1, tid: 1, uid: 0, gid: 0 },
    ...more,
  };
}

function collect(): { told: string[]; runs: WriteRuns } {
  const told: string[] = [];
  const runs = new WriteRuns(({ action, path, offset, bytes, count, ranges }) => {
    const where = action === "write" ? ` ${offset}+${bytes} ×${count ?? 1}` : "";
    told.push(`${action} ${path}${where}${ranges === undefined ? "" : JSON.stringify(ranges)}`);
  });
  return { told, runs };
}

Deno.test("writes that follow each other are one event, with what was written where", () => {
  const { told, runs } = collect();
  for (let i = 0; i < 100; i++) runs.add(event(i / 10, { offset: 10 * i, bytes: 10 }));
  runs.add(event(11, { offset: 5000, bytes: 1 }));
  assert.deepEqual(told, []);
  runs.endAll();
  assert.deepEqual(told, ["write /m/a 0+1001 ×101[[0,1000],[5000,1]]"]);
});

Deno.test("a run ends with anything else that happens to the file, and when another process writes", () => {
  const { told, runs } = collect();
  runs.add(event(0, { offset: 0, bytes: 1 }));
  runs.add(event(1, { action: "truncate", bytes: 0 }));
  runs.add(event(2, { offset: 0, bytes: 2 }));
  runs.add(event(3, { offset: 2, bytes: 3, process: { pid: 2, tid: 2, uid: 0, gid: 0 } }));
  runs.endAll();
  assert.deepEqual(told, [
    "write /m/a 0+1 ×1",
    "truncate /m/a",
    "write /m/a 0+2 ×1",
    "write /m/a 2+3 ×1",
  ]);
});

Deno.test("events are told in the order in which they began", () => {
  const { told, runs } = collect();
  runs.add(event(0, { offset: 0, bytes: 1 }));
  runs.add(event(1, { action: "mkdir", inode: 9n, path: "/m/d" }));
  runs.add(event(2, { offset: 1, bytes: 1, inode: 8n, path: "/m/b" }));
  runs.add(event(3, { offset: 1, bytes: 1 }));
  assert.deepEqual(told, []);
  runs.endDue(RUN_MS);
  assert.deepEqual(told, ["write /m/a 0+2 ×2", "mkdir /m/d"]);
  runs.endDue(2 + RUN_MS);
  assert.deepEqual(told.slice(2), ["write /m/b 1+1 ×1"]);
});

Deno.test("a run that goes on is told of every now and then; failures are none", () => {
  const { told, runs } = collect();
  for (let i = 0; i < 3; i++) runs.add(event(i * RUN_MS * 0.6, { offset: i, bytes: 1 }));
  runs.add(event(200, { offset: 9, bytes: 1, error: "ENOSPC" }));
  runs.endAll();
  assert.deepEqual(told, ["write /m/a 0+2 ×2", "write /m/a 2+1 ×1", "write /m/a 9+1 ×1"]);
});

Deno.test("events far apart in a file are told before there are too many", () => {
  const { told, runs } = collect();
  for (let i = 0; i < 40; i++) runs.add(event(i / 100, { offset: i * 100, bytes: 1 }));
  runs.endAll();
  assert.equal(told.length, 3);
});
