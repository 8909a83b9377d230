/** Nothing that is asked of the history costs the square of how many checkpoints and branches there were. */

import assert from "node:assert/strict";
import {
  directory,
  file,
  storeModel,
  withStore,
} from "../../src/history/snapshots/testing/fixtures.ts";
import { History } from "../../src/history/history.ts";
import { listLog } from "../../src/history/commits/log.ts";
import { OperationLog } from "../../src/history/commits/operation_log.ts";
import {
  type CommitSummary,
  keptCommits,
  neededCommits,
} from "../../src/history/retention/retention.ts";
import { COMMITS } from "../../src/history/commits/schema.ts";
import type { ObjectId } from "../../src/store/format/object_id.ts";
import { putRow } from "../../src/store/index/summed_table.ts";
import { assertNoSquare } from "../support/growth.ts";
import { Fixture } from "./fixture.ts";

function id(n: number): ObjectId {
  return n.toString(16).padStart(64, "0") as ObjectId;
}

function summaries(n: number, branches: number): CommitSummary[] {
  return Array.from({ length: n }, (_, i) => ({
    id: id(n - i),
    branch: `b${i % branches}`,
    kind: "checkpoint",
    label: i % 3 === 0 ? "label" : "",
    time: 1_000_000 * (n - i),
    parents: i + branches < n ? [id(n - i - branches)] : [],
  }));
}

Deno.test("retention: checkpoints of as many branches", () => {
  const policy = { keep: 3, keepHourly: 5, keepForMs: 1000, keepLabelled: true };
  assertNoSquare("branches that were", 2000, (n) => {
    const commits = summaries(n, n);
    return () => void keptCommits(commits, policy, 1_000_000 * n);
  });
  assertNoSquare("checkpoints of a few branches", 2000, (n) => {
    const commits = summaries(n, 5);
    const heads = commits.slice(0, 5).map((commit) => commit.id);
    return () => {
      keptCommits(commits, policy, 1_000_000 * n);
      neededCommits(commits, heads);
    };
  });
});

Deno.test("log and lookup: what is asked for is what is read", () =>
  withStore((store) => {
    const history = new History(store);
    const commit = (label: string, kind: "import" | "checkpoint") =>
      history.save({
        branch: "main",
        snapshot: storeModel(store, directory({ f: file(label) })),
        segment: 1,
        nextInode: 2 ** 48,
        commit: { label, message: "", kind, agent: null },
      })!;
    const first = commit("first", "import");
    const made = Array.from({ length: 30 }, () => commit("same", "checkpoint"));
    const newest = made.at(-1)!;
    let read = 0;
    const counted = (id: ObjectId) => {
      read++;
      return history.commitInfo(id);
    };
    const log = listLog(store.database, counted, "main", newest.id, { limit: 3 });
    assert.deepEqual(log.map((c) => c.id), made.slice(-3).reverse().map((c) => c.id));
    assert.equal(read, 3);
    assert.equal(history.resolve("main", "same").id, newest.id);
    assert.equal(history.resolve("main", "initial").id, first.id);
  }));

Deno.test("lookup among very many checkpoints, of many branches and with one label", () => {
  const fixtures: Fixture[] = [];
  try {
    assertNoSquare("lookups", 250, (n) => {
      const fixture = new Fixture();
      fixtures.push(fixture);
      const { store } = fixture;
      const history = new History(store);
      history.save({
        branch: "main",
        snapshot: storeModel(store, directory({ f: file("x") })),
        segment: 1,
        nextInode: 2 ** 48,
        commit: { label: "same", message: "", kind: "import", agent: null },
      });
      const row = store.database.prepare("SELECT * FROM commits").get()!;
      store.commit((database) => {
        for (let i = 2; i <= n; i++) {
          const other = { id: id(i), branch: `b${i % 50}`, kind: "checkpoint" };
          putRow(database, COMMITS, { ...row, ...other, sequence: i }, "INSERT");
        }
      });
      return () => {
        for (let i = 0; i < n; i++) {
          history.resolve("main", "same");
          history.log("main", { limit: 1 });
        }
      };
    });
  } finally {
    for (const fixture of fixtures) fixture.close();
  }
});

Deno.test("undo and redo: what was undone is what is read, however long the log is", () => {
  const fixtures: Fixture[] = [];
  try {
    assertNoSquare("undos with as many operations before them", 250, (n) => {
      const fixture = new Fixture();
      fixtures.push(fixture);
      const { database } = fixture.store;
      new History(fixture.store);
      const log = new OperationLog(database);
      fixture.store.commit(() => {
        for (let i = 0; i < n; i++) {
          log.append("main", { kind: "rollback", from: id(i), to: id(0) });
        }
        for (const kind of ["undo", "redo", "undo"] as const) {
          log.append("main", { kind, from: id(0), to: id(0) });
        }
      });
      // A line of long ago does not matter.
      database.exec("UPDATE operations SET target = 'damaged' WHERE sequence = 1");
      return () => {
        for (let i = 0; i < n; i++) {
          const [last] = log.undoable("main").take(1).toArray();
          assert.equal(last!.from, id(n - 2));
          const [undone] = log.redoable("main").take(1).toArray();
          assert.equal(log.origin("main", undone!).from, id(n - 1));
        }
      };
    });
  } finally {
    for (const fixture of fixtures) fixture.close();
  }
});
