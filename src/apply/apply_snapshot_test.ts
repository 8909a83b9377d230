import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as fc from "fast-check";
import { binaryString } from "../../ffi/binary_string.ts";
import { type ModelInode, modelPairs, withStore } from "../history/snapshots/testing/fixtures.ts";
import { runAtOnce } from "../store/format/sliced.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { applySnapshot } from "./apply_snapshot.ts";
import { intercepted, PROJECT_CALLS } from "./project_calls.ts";
import { everyChange } from "./testing/every_change.ts";
import {
  asOnDisk,
  expected,
  inDirectory,
  lookAtDirectory,
  observe,
  type Seen,
  withoutTimes,
} from "./testing/fixtures.ts";

/** As {@linkcode inDirectory}, and applies it. `seen` is what was there before. */
function applyModel(
  store: StoreWriter,
  before: ModelInode,
  after: ModelInode,
  use: (root: string, seen: Seen) => void,
): Promise<void> {
  return inDirectory(store, before, after, (job) => {
    const seen = observe(job.root);
    const outcome = runAtOnce(applySnapshot(job));
    assert.deepEqual(outcome.leftAlone, []);
    assert.deepEqual(outcome.notKept, []);
    assert.equal(fs.existsSync(job.plan), false);
    use(job.root, seen);
  });
}

/** True if the path, and all below it, is to be what it was. */
function isSame(path: string, was: Seen, is: Seen): boolean {
  const start = path === "" ? "" : `${path}/`;
  const below = (seen: Seen) =>
    JSON.stringify([...seen].filter(([at]) => at === path || at.startsWith(start)));
  return below(was) === below(is);
}

Deno.test("every kind of change is carried out", async () => {
  const { before, after } = everyChange();
  await withStore((store) =>
    applyModel(store, before, after, (root) => {
      assert.deepEqual(withoutTimes(observe(root)), withoutTimes(expected(after)));
      assert.equal(observe(root).get("edited")!.mtime, "77000000000");
    })
  );
});

Deno.test("random directories become others", async () => {
  const modelsOnDisk = modelPairs.map(([a, b]) => [asOnDisk(a), asOnDisk(b)] as const);
  await withStore((store) =>
    fc.assert(
      fc.asyncProperty(modelsOnDisk, ([before, after]) =>
        applyModel(store, before, after, (root, seen) => {
          const now = observe(root);
          assert.deepEqual(withoutTimes(now), withoutTimes(expected(after)));
          const [was, is] = [expected(before), expected(after)];
          for (const path of is.keys()) {
            // Other names of an inode come and go, which changes its ctime.
            const isLinked = Number(is.get(path)!.links ?? 1) > 1;
            if (isLinked || !isSame(path, was, is)) {
              continue;
            }
            assert.equal(now.get(path)!.inode, seen.get(path)!.inode, path);
          }
        })),
      { numRuns: 60, verbose: 1 },
    )
  );
});

/** What it costs to change three files back in a directory of so many. */
function costOfThree(directories: number): Promise<{ reads: number; calls: number }> {
  return withStore(async (store) => {
    let [reads, calls] = [0, 0];
    const counted = new Proxy(store, {
      get: (target, property) => {
        const value = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        return (...parameters: unknown[]) => {
          reads++;
          return value.apply(target, parameters);
        };
      },
    });
    const counting = intercepted(PROJECT_CALLS, (call) => {
      calls++;
      return call();
    });
    const place = await Deno.makeTempDir({ prefix: "agentvfs-apply-" });
    try {
      for (let i = 0; i < directories; i++) {
        Deno.mkdirSync(`${place}/d${i}`);
        for (const n of [1, 2, 3]) Deno.writeTextFileSync(`${place}/d${i}/f${n}`, `${i} ${n}`);
      }
      const to = await lookAtDirectory(store, place);
      for (const i of [3, 5, 7]) Deno.writeTextFileSync(`${place}/d${i}/f1`, "changed");
      const from = await lookAtDirectory(store, place);
      const job = { store: counted, root: binaryString(place), from, to, plan: null };
      assert.equal(runAtOnce(applySnapshot(job, counting)).written, 3);
      return { reads, calls };
    } finally {
      await Deno.remove(place, { recursive: true });
    }
  });
}

Deno.test("the cost follows what differs, not what there is", async () => {
  assert.deepEqual(await costOfThree(200), await costOfThree(10));
});

Deno.test("a file that takes the place of one with streams is told of, and no other", async () => {
  await withStore(async (store) => {
    const place = await Deno.makeTempDir({ prefix: "agentvfs-apply-" });
    try {
      for (const name of ["changed", "deleted"]) Deno.writeTextFileSync(`${place}/${name}`, "was");
      const from = await lookAtDirectory(store, place);
      Deno.writeTextFileSync(`${place}/changed`, "is");
      Deno.writeTextFileSync(`${place}/made`, "is");
      Deno.removeSync(`${place}/deleted`);
      const to = await lookAtDirectory(store, place);
      const streamed = intercepted(PROJECT_CALLS, (call, name) => name === "streams" ? 1 : call());
      const job = { store, root: binaryString(place), from: to, to: from, plan: null };
      const { notKept, leftAlone } = runAtOnce(applySnapshot(job, streamed));
      assert.deepEqual(leftAlone, []);
      assert.deepEqual(notKept, [{
        path: "changed",
        reason: "the streams of the file that it replaces are not taken over",
      }]);
      assert.equal(Deno.readTextFileSync(`${place}/changed`), "was");
    } finally {
      await Deno.remove(place, { recursive: true });
    }
  });
});
