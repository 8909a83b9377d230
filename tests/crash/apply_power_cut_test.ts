/**
 * The power goes at some call of an apply, and with it what no disk had yet. Afterwards the apply is finished or taken back;
 * one that was over is over. Briefly; `AGENTVFS_CRASH=all` is every call.
 */

import assert from "node:assert/strict";
import { withStore } from "../../src/history/snapshots/testing/fixtures.ts";
import {
  abortApply,
  applySnapshot,
  continueApply,
  planOf,
} from "../../src/apply/apply_snapshot.ts";
import { intercepted, PROJECT_CALLS } from "../../src/apply/project_calls.ts";
import { isAfter, isBefore, isBeforeOrAfter, withScene } from "../../src/apply/testing/scene.ts";
import { failure } from "../../src/host/failure.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { succeed } from "../support/process.ts";
import { SEED } from "../support/random.ts";
import { withSmallDisk } from "../support/small_disk.ts";

const STEP = Deno.env.get("AGENTVFS_CRASH") === "all" ? 1 : 20;
const ENDS = [[continueApply, isAfter], [abortApply, isBefore]] as const;

Deno.test("what an apply has done is on the disk when it is over, and else it can be finished or taken back", () =>
  withStore((store) =>
    withSmallDisk("ext4", async ({ disk, breakDown, repair }) => {
      for (let count = SEED % STEP, runs = 0, going = true; going; count += STEP, runs++) {
        const [end, check] = ENDS[runs % 2]!;
        await withScene(store, async (scene) => {
          // On another disk, whose being made durable does not help this one.
          const job = { ...scene, plan: `${store.directory}.plan` };
          await succeed(["sync", "-f", disk]);
          let left = count;
          let isCut = false;
          const calls = intercepted(PROJECT_CALLS, (call, name) => {
            isCut ||= left-- <= 0;
            if (!isCut) return call();
            if (name === "rename" || name === "remove") throw new Error("the power is off");
            return failure("EIO");
          });
          try {
            runAtOnce(applySnapshot(job, calls));
          } catch (error) {
            if (!isCut) throw error;
          }
          going = isCut;
          await breakDown();
          await repair();
          const what = `${end.name}, cut at call ${count}`;
          if (planOf(job.plan) === null) {
            return going ? isBeforeOrAfter(job.root, what) : isAfter(job.root, what);
          }
          assert.ok(going, what);
          assert.deepEqual(runAtOnce(end(store, job.plan)).leftAlone, [], what);
          check(job.root, what);
        }, disk);
      }
    })
  ));
