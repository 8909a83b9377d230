/** A store that nobody harmed is whole, whatever was done; and what is harmed is named. */

import assert from "node:assert/strict";
import { verifyOffline } from "../../src/daemon/offline_store.ts";
import { OperationLog } from "../../src/history/commits/operation_log.ts";
import { type VerifyResult, verifyStore } from "../../src/history/verify/verify_store.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { Store } from "../../src/store/store.ts";
import { packPath } from "../../src/store/files/store_paths.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { listSegments, segmentName } from "../../src/tree/journal/journal.ts";
import { randomness, SEED } from "../support/random.ts";
import { BRANCH, hasher, Sample, withSample } from "./sample.ts";

function verify(directory: string): VerifyResult {
  const store = Store.open(directory, hasher);
  try {
    return runAtOnce(verifyStore(store, { live: false }));
  } finally {
    store.close();
  }
}

function repair(directory: string): VerifyResult {
  const store = StoreWriter.open(directory, hasher);
  try {
    return runAtOnce(verifyStore(store, { live: false, repair: store }));
  } finally {
    store.close();
  }
}

function describe(result: VerifyResult): string {
  return result.damage.map(({ message }) => message).join("\n");
}

/** A history of six checkpoints with changes after the last. */
function fill(sample: Sample, seed = SEED): void {
  const random = randomness(seed);
  for (let i = 0; i < 6; i++) {
    sample.work(random, 40);
    sample.checkpoint(`checkpoint ${i}`);
  }
  sample.work(random, 40);
}

function flip(path: string, offset: number, bit = 0): void {
  const bytes = Deno.readFileSync(path);
  bytes[offset]! ^= 1 << bit;
  Deno.writeFileSync(path, bytes);
}

Deno.test(`whatever was done, the store is whole (seed ${SEED})`, () =>
  withSample((sample) => {
    const random = randomness(SEED);
    for (let i = 0; i < 12; i++) {
      sample.work(random, 60);
      if (random(3) === 0) sample.fold();
      else sample.checkpoint(`checkpoint ${i}`);
      const result = runAtOnce(verifyStore(sample.store, { live: true }));
      assert.ok(result.clean, describe(result));
    }
    sample.work(random, 20);
    sample.close();
    const result = verify(sample.directory);
    assert.ok(result.clean, describe(result));
    assert.deepEqual([result.torn, result.uncommitted, result.repaired], [[], [], null]);
    assert.ok(result.checked.journalRecords > 0);
  }));

Deno.test("a damaged object is named, with the checkpoints and paths it is in", () =>
  withSample((sample) => {
    fill(sample, 7);
    const head = sample.checkpoint("the end");
    const entry = sample.store.readTree(head.snapshot.root.content)
      .find((entry) => !entry.linked && entry.content !== null && !entry.chunked)!;
    assert.ok(!entry.linked);
    const row = sample.store.database.prepare(
      "SELECT pack, offset FROM objects WHERE lower(hex(id)) = ?",
    ).get(entry.content!)!;
    sample.close();
    flip(packPath(sample.directory, Number(row.pack)), Number(row.offset) + 52);

    const result = verify(sample.directory);
    assert.equal(result.clean, false);
    assert.deepEqual(result.lost, [entry.content]);
    const affected = result.affected.find(({ commit }) => commit === head.id)!;
    assert.equal(affected.label, "the end");
    assert.ok(affected.paths.includes(entry.name), String(affected.paths));

    const repaired = repair(sample.directory);
    assert.equal(repaired.repaired!.quarantined, 1);
    const again = verify(sample.directory);
    assert.deepEqual(again.lost, [entry.content], "what is lost stays named");

    // Putting the same bytes again heals it, if they are to be had.
    const store = sample.reopen();
    assert.equal(store.has(entry.content!), false);
    assert.throws(() => store.read(entry.content!), { code: "missing_object" });
    store.close();
  }));

Deno.test("a lost object is healed by putting the same bytes again", () =>
  withSample((sample) => {
    const bytes = new TextEncoder().encode("the only copy");
    const id = sample.store.putBlob(bytes);
    sample.store.commit();
    const row = sample.store.database.prepare(
      "SELECT pack, offset FROM objects WHERE lower(hex(id)) = ?",
    ).get(id)!;
    sample.close();
    flip(packPath(sample.directory, Number(row.pack)), Number(row.offset) + 60);
    repair(sample.directory);
    const store = sample.reopen();
    assert.equal(store.putBlob(bytes), id);
    store.commit();
    assert.deepEqual(store.read(id), bytes);
    assert.equal(store.database.prepare("SELECT count(*) AS n FROM quarantine").get()!.n, 0);
    store.close();
    const { lost, damage } = verify(sample.directory);
    assert.deepEqual(lost, []);
    // The damaged copy is still in the pack.
    assert.deepEqual(damage.map(({ code }) => code), ["object"]);
  }));

Deno.test("an index that is wrong is put right from the packs", () =>
  withSample((sample) => {
    fill(sample);
    const { database } = sample.store;
    const some = (order: string, count: number) =>
      `WHERE id IN (SELECT id FROM objects ORDER BY id ${order} LIMIT ${count})`;
    database.exec(`UPDATE objects SET offset = offset + 1 ${some("ASC", 3)}`);
    // Not the last record: what is behind the length that the index then tells was never committed.
    database.exec(
      `DELETE FROM objects WHERE id IN (SELECT id FROM objects
        WHERE offset < (SELECT max(offset) FROM objects) ORDER BY id DESC LIMIT 2)`,
    );
    database.exec("UPDATE packs SET objects = 1, bytes = bytes - 10");
    database.exec(`INSERT INTO objects VALUES(x'${"ab".repeat(32)}', 1, 16, 5, 5, 0, 1)`);
    sample.tree.journal.close();
    const before = runAtOnce(verifyStore(sample.store, { live: false }));
    assert.ok(!before.clean);
    const { repaired } = runAtOnce(
      verifyStore(sample.store, { live: false, repair: sample.store }),
    );
    assert.equal(repaired!.indexed, 5);
    assert.equal(repaired!.removed, 1);
    assert.equal(repaired!.quarantined, 0);
    const after = runAtOnce(verifyStore(sample.store, { live: false }));
    assert.ok(after.clean, describe(after));
    sample.store.close();
  }));

Deno.test("a torn end of the journal is told from damage, and cut", () =>
  withSample((sample) => {
    fill(sample);
    sample.close();
    const path = `${sample.journalPath}/${segmentName(listSegments(sample.journalPath).at(-1)!)}`;
    const whole = Deno.readFileSync(path);
    Deno.writeFileSync(path, whole.subarray(0, whole.length - 3));
    const torn = verify(sample.directory);
    assert.ok(torn.clean, describe(torn));
    assert.equal(torn.torn.length, 1);
    repair(sample.directory);
    assert.deepEqual(verify(sample.directory).torn, []);

    for (const at of [0, 4, 6, 8, 30, whole.length >> 1, whole.length - 1]) {
      Deno.writeFileSync(path, whole);
      flip(path, at, 3);
      const damaged = verify(sample.directory);
      assert.deepEqual(damaged.damage.map(({ code }) => code), ["journal"], `byte ${at}`);
    }
    Deno.removeSync(path);
    Deno.writeFileSync(`${sample.journalPath}/${segmentName(999)}`, whole);
    assert.ok(verify(sample.directory).damage.some(({ code }) => code === "journal_gap"));
  }));

Deno.test("a branch's line that says something quite different is guessed, not believed", async () => {
  for (const [from, to] of [['"root"', '"boot"'], ['{"root"', '["root"'], ['{"root"', 'null//"']]) {
    await withSample(async (sample) => {
      fill(sample);
      sample.store.commit((database) => {
        database.prepare("UPDATE branches SET snapshot = replace(snapshot, ?, ?)").run(from!, to!);
      });
      sample.close();
      const options = { repair: true, onProgress: () => {} };
      const { repaired } = await verifyOffline(sample.directory, options);
      assert.deepEqual(repaired!.rebuilt!.guessed, [BRANCH]);
      const after = verify(sample.directory);
      assert.ok(after.clean, describe(after));
    });
  }
});

Deno.test("what people call checkpoints by stays after a repair of the index", async () => {
  for (const isRowLost of [false, true]) {
    await withSample(async (sample) => {
      fill(sample);
      const { database } = sample.store;
      const { head } = sample.history.branch(BRANCH)!;
      sample.store.commit(() => {
        const log = new OperationLog(database);
        log.append(BRANCH, { kind: "rollback", from: head!, to: head! });
      });
      sample.checkpoint("after a move");
      const numbers = (store: StoreWriter) =>
        store.database.prepare("SELECT sequence, id FROM commits ORDER BY sequence").all();
      const before = numbers(sample.store);
      // The move has a number between theirs.
      const last = Number(before.at(-1)!.sequence);
      assert.equal(last - Number(before.at(-2)!.sequence), 2);
      sample.store.commit(() => {
        database.exec("UPDATE branches SET snapshot = replace(snapshot, 'root', 'boot')");
        if (isRowLost) database.exec("UPDATE commits SET label = 'other' WHERE sequence = 3");
      });
      sample.close();
      const options = { repair: true, onProgress: () => {} };
      const { repaired } = await verifyOffline(sample.directory, options);
      assert.notEqual(repaired!.rebuilt, null);
      const store = StoreWriter.open(sample.directory, hasher);
      assert.deepEqual(numbers(store), before);
      store.close();
    });
  }
});
