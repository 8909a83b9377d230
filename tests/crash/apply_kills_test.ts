/**
 * A process that applies is killed, by the system, before each call by which it changes something; then another one
 * finishes it, or takes it back. Briefly; `AGENTVFS_CRASH=all` is every call, both ways.
 */

import assert from "node:assert/strict";
import { withStore } from "../../src/history/snapshots/testing/fixtures.ts";
import { planOf } from "../../src/apply/apply_snapshot.ts";
import { isAfter, isBefore, isBeforeOrAfter, withScene } from "../../src/apply/testing/scene.ts";
import { APPLY_CHILD } from "../support/apply_child.ts";
import { run, succeed } from "../support/process.ts";
import { SEED } from "../support/random.ts";

const ALL = Deno.env.get("AGENTVFS_CRASH") === "all";
const STEP = ALL ? 1 : 12;

const ENDS = [["continue", isAfter], ["abort", isBefore]] as const;

Deno.test("an apply whose process is killed at any call is finished or taken back by another", () =>
  withStore(async (store) => {
    for (let count = SEED % STEP, runs = 0, going = true; going; count += STEP, runs++) {
      for (const [how, check] of ALL ? ENDS : [ENDS[runs % 2]!]) {
        await withScene(store, async ({ store: _, ...job }) => {
          store.commit();
          const child = { ...job, store: store.directory };
          const first = JSON.stringify({ ...child, how: "apply", killAt: count });
          const { code } = await run(APPLY_CHILD, { stdin: first });
          going = code !== 0;
          const what = `${how}, killed at call ${count}`;
          if (planOf(job.plan) === null) return isBeforeOrAfter(job.root, what);
          assert.equal(code, 137, what);
          const stdin = JSON.stringify({ ...child, how });
          assert.deepEqual(JSON.parse(await succeed(APPLY_CHILD, { stdin })).leftAlone, [], what);
          check(job.root, what);
          assert.equal(planOf(job.plan), null);
        });
      }
    }
  }));
