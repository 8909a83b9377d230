/**
 * Each call of an apply fails once: the apply ends in a sentence or does without, and can be finished.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { SEED } from "../../tests/support/random.ts";
import { failure, type FailureCode } from "../host/failure.ts";
import { withStore } from "../history/snapshots/testing/fixtures.ts";
import { runAtOnce } from "../store/format/sliced.ts";
import { StoreError } from "../store/format/store_error.ts";
import {
  ApplyError,
  type ApplyOutcome,
  applySnapshot,
  continueApply,
  planOf,
} from "./apply_snapshot.ts";
import { intercepted, type ProjectCalls } from "./project_calls.ts";
import { isAfter, isBeforeOrAfter, STEP, UNSYNCED, withScene } from "./testing/scene.ts";

/** Call `count` fails. The calls that throw do so as Deno's. */
function failingAt(
  count: number,
  code: FailureCode,
): { calls: ProjectCalls; isMet: () => boolean } {
  let left = count;
  const calls = intercepted(UNSYNCED, (call, name) => {
    if (left-- !== 0) return call();
    if (name === "rename" || name === "remove") throw Object.assign(new Error(code), { code });
    return failure(code);
  });
  return { calls, isMet: () => left < 0 };
}

for (const code of ["EIO", "ENOSPC", "EACCES"] as const) {
  Deno.test(`a call that fails with ${code} stops the apply so that it can be finished`, () =>
    withStore(async (store) => {
      for (let count = SEED % STEP, going = true; going; count += STEP) {
        await withScene(store, (job) => {
          const { calls, isMet } = failingAt(count, code);
          let outcome: ApplyOutcome | null = null;
          try {
            outcome = runAtOnce(applySnapshot(job, calls));
          } catch (error) {
            assert.ok(error instanceof ApplyError || error instanceof StoreError, `${error}`);
            assert.match(error.message, /^Cannot /);
          }
          going = isMet();
          const what = `call ${count}`;
          if (planOf(job.plan) !== null) {
            assert.equal(outcome, null);
            assert.deepEqual(runAtOnce(continueApply(store, job.plan)).leftAlone, [], what);
            isAfter(job.root, what);
          } else if (outcome === null) isBeforeOrAfter(job.root, what);
          else if (outcome.notKept.length === 0) isAfter(job.root, what);
          assert.deepEqual(
            fs.readdirSync(job.root, { recursive: true, encoding: "utf8" })
              .filter((path) => path.includes(".agentvfs-apply-")),
            [],
            what,
          );
        });
      }
    }));
}
