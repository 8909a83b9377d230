/**
 * A disk that is full at every place where SQLite or a pack writes: really full, a page more each time.
 */

import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { verifyStore } from "../../src/history/verify/verify_store.ts";
import { createTables } from "../../src/store/index/meta.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { hasher, noise } from "../../src/store/testing/fixtures.ts";
import { succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

const PAGE = 4096;
/** With room for what the store keeps in reserve, and a little more. */
const DISK = "6m";
const BLOBS = 40;

/** Leaves so many pages of the disk. */
function fillUpTo(path: string, pages: number): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const page = new Uint8Array(PAGE);
  let size = 0;
  try {
    for (;;) size += file.writeSync(page);
  } catch (error) {
    assert.match(`${error}`, /No space left/);
  }
  file.truncateSync(size - size % PAGE - pages * PAGE);
}

function outcomeOf(step: () => void): string {
  try {
    step();
    return "done";
  } catch (error) {
    return (error as { code?: string }).code ?? `${error}`;
  }
}

interface Step {
  readonly name: string;
  readonly do: (store: StoreWriter, round: number) => void;
}

function fillTable(database: DatabaseSync, round: number): void {
  const insert = database.prepare("INSERT INTO lines VALUES(?, ?)");
  for (let i = 0; i < 30; i++) insert.run(1000 * round + i, noise(500, round + i));
}

const STEPS: readonly Step[] = [
  {
    name: "a commit of objects",
    do: (store, round) => {
      for (let i = 0; i < BLOBS; i++) store.putBlob(noise(900, 100 * round + i + 1));
      store.commit();
    },
  },
  {
    name: "a commit of rows",
    do: (store, round) => store.commit((database) => fillTable(database, round)),
  },
  {
    name: "making tables",
    do: (store, round) =>
      createTables(store.database, `CREATE TABLE IF NOT EXISTS more_${round}(n INTEGER)`),
  },
  { name: "emptying the log", do: (store) => store.tidy() },
];

for (const step of STEPS) {
  Deno.test(`a full disk in ${step.name}, a page more each time`, () =>
    withTemporary(async (disk) => {
      await succeed(["mount", "-t", "tmpfs", "-o", `size=${DISK},mode=700`, "agentvfs-test", disk]);
      try {
        const outcomes = fillAndTry(disk, step);
        console.log(outcomes.join(" "));
        const failed = outcomes.filter((outcome) => outcome !== "done");
        assert.ok(failed.length > 0, "it never failed");
        assert.equal(outcomes.at(-1), "done", "it always failed");
        assert.deepEqual([...new Set(failed)].filter((code) => code !== "no_space"), []);
      } finally {
        await succeed(["umount", disk]);
      }
    }));
}

/** What came of a step with no page left, with one, and so on until it succeeds three times. */
function fillAndTry(disk: string, step: Step): string[] {
  const outcomes: string[] = [];
  const filler = `${disk}/filler`;
  for (let pages = 0; outcomes.slice(-3).join() !== "done,done,done"; pages++) {
    assert.ok(pages < 200, outcomes.join(" "));
    const store = StoreWriter.create(`${disk}/store`, hasher);
    try {
      createTables(store.database, "CREATE TABLE IF NOT EXISTS lines(n INTEGER, bytes BLOB)");
      const kept = store.putBlob(noise(1000, 7));
      store.commit((database) => fillTable(database, 0));
      fillUpTo(filler, pages);
      const outcome = outcomeOf(() => step.do(store, 1));
      outcomes.push(outcome);
      assert.deepEqual(store.read(kept), noise(1000, 7));
      if (outcome !== "done") assert.equal(outcomeOf(() => step.do(store, 1)), outcome);
      Deno.removeSync(filler);
      // What was put is still there to be committed; what is there twice is stored once.
      if (outcome !== "done") step.do(store, 1);
      step.do(store, 2);
      const { clean, damage } = runAtOnce(verifyStore(store, { live: true }));
      assert.ok(clean, damage.map(({ message }) => message).join("; "));
    } finally {
      store.close();
    }
    const again = StoreWriter.open(`${disk}/store`, hasher);
    assert.deepEqual(again.read(again.putBlob(noise(1000, 7))), noise(1000, 7));
    again.close();
    Deno.removeSync(`${disk}/store`, { recursive: true });
  }
  return outcomes;
}
