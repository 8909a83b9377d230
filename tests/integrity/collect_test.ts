/** Garbage goes, everything else stays, whatever happens meanwhile. */

import assert from "node:assert/strict";
import { type CollectOptions, StoreCollection } from "../../src/history/retention/collect_store.ts";
import type { CommitInfo } from "../../src/history/commits/commit.ts";
import { DEFAULT_POLICY } from "../../src/history/retention/retention.ts";
import { verifyStore } from "../../src/history/verify/verify_store.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { packPath } from "../../src/store/files/store_paths.ts";
import type { StoreWriter } from "../../src/store/store_writer.ts";
import { liveReferences } from "../../src/tree/capture/live_references.ts";
import { randomness, SEED } from "../support/random.ts";
import { dump } from "../tree/fixture.ts";
import { BRANCH, Sample, withSample } from "./sample.ts";

const DAY = 86_400_000;

function options(sample: Sample, more: Partial<CollectOptions> = {}): CollectOptions {
  return {
    policy: DEFAULT_POLICY,
    dryRun: false,
    live: liveReferences(sample.tree),
    worthIt: 0,
    now: Date.now(),
    ...more,
  };
}

function collect(sample: Sample, more: Partial<CollectOptions> = {}) {
  const collection = new StoreCollection(sample.store, sample.history, options(sample, more));
  return runAtOnce(collection.run());
}

function assertWhole(store: StoreWriter): void {
  const result = runAtOnce(verifyStore(store, { live: true }));
  assert.ok(result.clean, result.damage.map(({ message }) => message).join("\n"));
}

function onDisk(sample: Sample): number {
  let bytes = 0;
  for (const { name } of Deno.readDirSync(`${sample.directory}/packs`)) {
    bytes += Deno.statSync(`${sample.directory}/packs/${name}`).size;
  }
  return bytes;
}

/** Forty checkpoints, one a day, every tenth with a label. */
function history(sample: Sample, now: number): CommitInfo[] {
  const random = randomness(SEED);
  return Array.from({ length: 40 }, (_, i) => {
    sample.work(random, 25);
    return sample.checkpoint(i % 10 === 0 ? `label ${i}` : "", "checkpoint", now - (40 - i) * DAY);
  });
}

Deno.test(`old checkpoints go and their space comes back (seed ${SEED})`, () =>
  withSample((sample) => {
    const now = Date.now();
    const commits = history(sample, now);
    const before = dump(sample.tree);
    const preview = collect(sample, { dryRun: true, now });
    assert.equal(preview.bytesBefore, onDisk(sample));
    assert.equal(sample.history.log(BRANCH).filter(({ compacted }) => compacted).length, 0);

    const result = collect(sample, { now });
    assert.equal(result.bytesAfter, preview.bytesAfter);
    assert.deepEqual(
      result.compacted.map(({ id }) => id),
      preview.compacted.map(({ id }) => id),
    );
    assert.ok(Math.abs(onDisk(sample) - result.bytesAfter) < 4096, "the space is not back");
    assert.ok(result.bytesAfter < result.bytesBefore);
    assertWhole(sample.store);
    assert.deepEqual(dump(sample.tree), before);

    // Days 0, 10, 20 and 30 have labels, the last six are younger than a week.
    const kept = commits.filter((_, i) => i % 10 === 0 || i >= 34).map(({ id }) => id);
    const log = sample.history.log(BRANCH);
    assert.deepEqual(log.filter(({ compacted }) => !compacted).map(({ id }) => id).reverse(), [
      log.at(-1)!.id,
      ...kept,
    ]);
    const gone = commits[5]!;
    assert.throws(() => sample.history.resolve(BRANCH, gone.id), { code: "compacted" });
    assert.equal(sample.history.describe(BRANCH, gone.id).compacted, true);
    assert.equal(sample.history.resolve(BRANCH, "label 10").id, commits[10]!.id);
    sample.close();
    const store = sample.reopen();
    assertWhole(store);
    store.close();
  }));

Deno.test("what a retention policy of numbers keeps", () =>
  withSample((sample) => {
    const now = Date.now();
    const commits = history(sample, now);
    const keep = (policy: CollectOptions["policy"]) => {
      const { compacted } = collect(sample, { dryRun: true, now, policy });
      const gone = new Set(compacted.map(({ id }) => id));
      return commits.flatMap(({ id }, i) => gone.has(id) ? [] : [i]);
    };
    assert.deepEqual(keep({ keep: 3 }), [37, 38, 39]);
    assert.deepEqual(keep({ keepForMs: 2.5 * DAY }), [38, 39]);
    assert.deepEqual(keep({ keepLabelled: true }), [0, 10, 20, 30, 39], "and the head");
    assert.deepEqual(keep({ keepDaily: 5 }), [36, 37, 38, 39], "and the import, which is of today");
    assert.deepEqual(keep({}), [39]);
    sample.close();
  }));

Deno.test("safety checkpoints go after a day, unless undo needs them", () =>
  withSample((sample) => {
    const random = randomness(SEED);
    const now = Date.now();
    sample.work(random, 20);
    const used = sample.checkpoint("", "safety", now - 3 * DAY);
    sample.work(random, 20);
    const old = sample.checkpoint("", "safety", now - 2 * DAY);
    sample.work(random, 20);
    const young = sample.checkpoint("", "safety", now - DAY / 2);
    const head = sample.checkpoint("head");
    sample.history.moveTo({
      branch: BRANCH,
      commit: head.id,
      segment: sample.tree.journal.segment,
      nextInode: sample.tree.nextInode,
      operation: { kind: "rollback", from: used.id },
    });
    const { compacted } = collect(sample, { now, policy: { keepForMs: 30 * DAY } });
    assert.deepEqual(compacted.map(({ id }) => id), [old.id]);
    assert.equal(sample.history.undos.target(BRANCH).commit.id, used.id);
    assert.equal(sample.history.resolve(BRANCH, young.id).id, young.id);
    sample.close();
  }));

Deno.test(`work goes on while garbage is collected (seed ${SEED})`, () =>
  withSample((sample) => {
    const random = randomness(SEED + 1);
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 4; i++) {
        sample.work(random, 20);
        if (random(4) === 0) sample.fold();
        else sample.checkpoint("");
      }
      sample.work(random, 10);
      const policy = { keep: 1 + random(3) };
      const collection = new StoreCollection(
        sample.store,
        sample.history,
        options(sample, { policy }),
      );
      const work = collection.run();
      for (let step = work.next(); !step.done; step = work.next()) {
        sample.work(random, random(6));
        if (random(3) === 0) sample.checkpoint("meanwhile");
        if (random(6) === 0) sample.store.putBlob(new Uint8Array([random(256)]));
      }
      const before = dump(sample.tree);
      assertWhole(sample.store);
      assert.deepEqual(dump(sample.tree), before);
    }
    sample.close();
  }));

Deno.test("nothing goes where something cannot be read", () =>
  withSample((sample) => {
    const now = Date.now();
    history(sample, now);
    const { database } = sample.store;
    const row = database.prepare(
      "SELECT pack, offset FROM objects WHERE type = 2 ORDER BY pack DESC, offset DESC LIMIT 1",
    ).get()!;
    const path = packPath(sample.directory, Number(row.pack));
    const tree = sample.tree;
    tree.journal.close();
    sample.store.close();
    const bytes = Deno.readFileSync(path);
    bytes[Number(row.offset) + 60]! ^= 1;
    Deno.writeFileSync(path, bytes);
    sample.reopen();
    const before = onDisk(sample);
    assert.throws(() => collect(sample, { now, live: [] }), { code: "damaged_object" });
    assert.equal(onDisk(sample), before);
    sample.store.close();
  }));

Deno.test("a collection that is stopped at any step leaves a whole store", () =>
  withSample((sample) => {
    const now = Date.now();
    history(sample, now);
    for (let steps = 0;; steps++) {
      const collection = new StoreCollection(
        sample.store,
        sample.history,
        options(sample, { now, policy: { keep: 2 } }),
      );
      const work = collection.run();
      let done = false;
      for (let i = 0; i < steps && !done; i++) done = work.next().done ?? false;
      work.return(undefined as never);
      assertWhole(sample.store);
      sample.store.close();
      sample.reopen();
      if (done) break;
    }
    sample.tree.journal.close();
    sample.store.close();
  }));
