/**
 * An apply that ends at any of its calls, as if it was killed there: nothing else that it does reaches the disk.
 * tests/crash/apply_kills.ts kills a process at each.
 */

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { randomness, SEED } from "../../tests/support/random.ts";
import { type ModelInode, modelPairs, withStore } from "../history/snapshots/testing/fixtures.ts";
import { runAtOnce, type Work } from "../store/format/sliced.ts";
import { abortApply, applySnapshot, continueApply, planOf } from "./apply_snapshot.ts";
import { intercepted, type ProjectCalls } from "./project_calls.ts";
import {
  asOnDisk,
  expected,
  inDirectory,
  observe,
  withoutInodes,
  withoutTimes,
} from "./testing/fixtures.ts";
import { isAfter, isBefore, isBeforeOrAfter, STEP, UNSYNCED, withScene } from "./testing/scene.ts";

/** Runs work with calls of which the first `count` are made, and none after that. Returns false if it needs no more of them. */
function killAfter(count: number, work: (calls: ProjectCalls) => Work<unknown>): boolean {
  let left = count;
  let isKilled = false;
  const calls = intercepted(UNSYNCED, (call) => {
    isKilled ||= left-- <= 0;
    if (isKilled) throw new Error("killed");
    return call();
  });
  try {
    runAtOnce(work(calls));
  } catch (error) {
    if (!isKilled) throw error;
  }
  return isKilled;
}

const ENDS = [[continueApply, isAfter], [abortApply, isBefore]] as const;

Deno.test("an apply that is killed at any call is finished or taken back", () =>
  withStore(async (store) => {
    for (let count = SEED % STEP, run = 0, going = true; going; count += STEP, run++) {
      const [end, check] = ENDS[run % 2]!;
      await withScene(store, (job) => {
        const what = `${end.name}, killed after ${count} calls`;
        going = killAfter(count, (calls) => applySnapshot(job, calls));
        if (planOf(job.plan) === null) return isBeforeOrAfter(job.root, what);
        const outcome = runAtOnce(end(store, job.plan, UNSYNCED));
        assert.deepEqual(outcome.leftAlone, [], what);
        check(job.root, what);
        assert.equal(planOf(job.plan), null);
      });
    }
  }));

Deno.test("so it is when that is killed, again and again", () =>
  withStore(async (store) => {
    const random = randomness(SEED);
    for (let run = 0; run < 80 / STEP; run++) {
      const [end, check] = ENDS[run % 2]!;
      await withScene(store, (job) => {
        const kills = [random(130)];
        killAfter(kills[0]!, (calls) => applySnapshot(job, calls));
        while (planOf(job.plan) !== null && kills.length < 8) {
          kills.push(random(100));
          killAfter(kills.at(-1)!, (calls) => end(store, job.plan, calls));
          const isGoingBack = planOf(job.plan)?.isGoingBack ?? end === abortApply;
          // So many calls make the plan durable.
          if (kills.at(-1)! >= 6) assert.equal(isGoingBack, end === abortApply);
        }
        const what = `${end.name}, killed after ${kills} calls, AGENTVFS_SEED=${SEED}`;
        const left = planOf(job.plan);
        if (left !== null) {
          // What goes back goes on doing so.
          const last = left.isGoingBack ? continueApply : end;
          assert.deepEqual(runAtOnce(last(store, job.plan, UNSYNCED)).leftAlone, [], what);
        }
        if (kills.length > 1) check(job.root, what);
        else isBeforeOrAfter(job.root, what);
      });
    }
  }));

Deno.test("random directories that are to become others, too", () =>
  withStore((store) =>
    fc.assert(
      fc.asyncProperty(
        modelPairs,
        fc.nat(60),
        fc.nat(30),
        fc.boolean(),
        (pair, first, then, back) => {
          const [before, after] = pair.map(asOnDisk) as [ModelInode, ModelInode];
          return inDirectory(store, before, after, (job) => {
            killAfter(first, (calls) => applySnapshot(job, calls));
            const end = back ? abortApply : continueApply;
            if (planOf(job.plan) === null) return;
            killAfter(then, (calls) => end(store, job.plan, calls));
            if (planOf(job.plan) !== null) {
              assert.deepEqual(runAtOnce(end(store, job.plan, UNSYNCED)).leftAlone, []);
            }
            if (back) assert.deepEqual(withoutInodes(observe(job.root)), expected(before));
            else assert.deepEqual(withoutTimes(observe(job.root)), withoutTimes(expected(after)));
          });
        },
      ),
      { numRuns: 120 / STEP, verbose: 1 },
    )
  ));
