import assert from "node:assert/strict";
import { Maintenance, type MaintenanceParts } from "./maintenance.ts";

const DAY_MS = 24 * 3_600_000;

/** Garbage is found at each look; `sinceMs` ago it was collected. Says what was done. */
function quietStore(sinceMs: number) {
  const done: string[] = [];
  const background = (job: string) => {
    done.push(job);
    const estimate = { since: Date.now() - sinceMs, grown: 1, bytes: 1_000, old: 1 };
    const report = { bytesBefore: 2, bytesAfter: 1, compactedCount: 0 };
    return Promise.resolve(
      job === "gcEstimate" ? estimate : job === "gcStep" ? { removedPacks: [], report } : null,
    );
  };
  const parts = {
    background: { call: background },
    fs: { call: () => Promise.resolve([]) },
    turn: <T>(_: string, job: () => Promise<T>) => job(),
    collecting: <T>(collect: () => Promise<T>) => collect(),
    activity: () => 1,
    idleMs: 50,
  } as unknown as MaintenanceParts;
  return { done, maintenance: new Maintenance(parts) };
}

async function withClock(ms: number, body: () => Promise<void>): Promise<void> {
  const { now } = Date;
  Date.now = () => now() + ms;
  try {
    await body();
  } finally {
    Date.now = now;
  }
}

const whenQuiet = () => new Promise((resolve) => setTimeout(resolve, 60));

Deno.test("a clock that jumps ahead makes no mount idle, and one that jumps back lets garbage be collected", async () => {
  const { done, maintenance } = quietStore(2 * DAY_MS);
  const started = performance.now();
  await maintenance.collectWhenIdle();
  await withClock(40 * DAY_MS, () => maintenance.collectWhenIdle());
  // Only a machine that is held up for as long makes it quiet.
  assert.ok(done.length === 0 || performance.now() - started >= 50);
  await whenQuiet();
  await withClock(-40 * DAY_MS, () => maintenance.collectWhenIdle());
  assert.equal(done.at(-1), "gcEnd");
});

Deno.test("a collection that a clock had in the future is taken for one of long ago", async () => {
  for (
    const [sinceMs, isDue] of [[1_000, false], [2 * DAY_MS, true], [-2 * DAY_MS, true]] as const
  ) {
    const { done, maintenance } = quietStore(sinceMs);
    await maintenance.collectWhenIdle();
    await whenQuiet();
    await maintenance.collectWhenIdle();
    assert.equal(done.includes("gcBegin"), isDue, `${sinceMs}`);
  }
});
