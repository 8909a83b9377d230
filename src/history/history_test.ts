import assert from "node:assert/strict";
import type { ObjectId } from "../store/format/object_id.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import type { CommitInfo } from "./commits/commit.ts";
import { compact, forgetCommits } from "./commits/retention_table.ts";
import { directory, file, storeModel, withStore } from "./snapshots/testing/fixtures.ts";
import { OPERATIONS } from "./commits/schema.ts";
import { putRow, type Row } from "../store/index/summed_table.ts";
import { History, type NewCommit } from "./history.ts";
import { HistoryError, type HistoryErrorCode } from "./commits/history_error.ts";

/** Saves commits of one-file trees. */
class Scene {
  readonly history: History;
  #texts = 0;

  constructor(readonly store: StoreWriter) {
    this.history = new History(store);
  }

  commit(label: string, options: Partial<NewCommit> & { branch?: string } = {}): CommitInfo {
    const { branch = "main", ...commit } = options;
    return this.history.save({
      branch,
      snapshot: storeModel(this.store, directory({ f: file(`text ${this.#texts++}`) })),
      segment: 1,
      nextInode: 2 ** 48,
      commit: { label, message: "", kind: "checkpoint", agent: null, ...commit },
    })!;
  }

  move(kind: "rollback" | "restore" | "undo" | "redo", to: CommitInfo, from: ObjectId): void {
    this.history.moveTo({
      branch: "main",
      commit: to.id,
      segment: 2,
      nextInode: 2 ** 48,
      operation: { kind, from },
    });
  }
}

function scene(name: string, run: (scene: Scene) => void): void {
  Deno.test(`history: ${name}`, () => withStore((store) => run(new Scene(store))));
}

function refused(code: HistoryErrorCode, run: () => unknown): HistoryError {
  let caught: unknown;
  try {
    run();
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof HistoryError, `not refused but ${caught}`);
  assert.equal(caught.code, code);
  return caught;
}

scene("a branch is where it was saved, also after reopening the tables", ({ store, history }) => {
  assert.equal(history.branch("main"), null);
  const snapshot = storeModel(store, directory({ f: file("x") }));
  const commit = history.save({
    branch: "main",
    snapshot,
    segment: 3,
    nextInode: 2 ** 48 + 7,
    commit: {
      label: "first  — “quoted”",
      message: "m\nn",
      kind: "import",
      agent: "codex",
      details: { tool: "Bash", session: "s" },
    },
  })!;
  const again = new History(store);
  const { created: _, ...branch } = again.branch("main")!;
  assert.deepEqual(branch, {
    name: "main",
    head: commit.id,
    number: 0,
    parent: null,
    forks: [],
    merge: null,
    snapshot,
    segment: 3,
    nextInode: 2 ** 48 + 7,
  });
  assert.deepEqual(again.commitInfo(commit.id), commit);
  assert.deepEqual(commit.changed, { added: 1, modified: 0, deleted: 0 });
  assert.deepEqual(commit.parents, []);
});

scene("a snapshot without a commit moves no head", (s) => {
  const { id } = s.commit("one");
  const snapshot = storeModel(s.store, directory());
  const saved = s.history.save({ branch: "main", snapshot, segment: 9, nextInode: 5 });
  assert.equal(saved, null);
  const branch = s.history.branch("main")!;
  assert.equal(branch.head, id);
  assert.deepEqual([branch.snapshot, branch.segment], [snapshot, 9]);
});

scene("counts are against the parent's snapshot", (s) => {
  const { history, store } = s;
  const keep = file("keep");
  const save = (root: ReturnType<typeof directory>) =>
    history.save({
      branch: "main",
      snapshot: storeModel(store, root),
      segment: 0,
      nextInode: 0,
      commit: { label: "", message: "", kind: "checkpoint", agent: null },
    })!.changed;
  save(directory({ keep, gone: directory({ a: file("1"), b: file("2") }), edited: file("old") }));
  const changed = save(directory({ keep, new: directory({ c: file("3") }), edited: file("new") }));
  assert.deepEqual(changed, { added: 2, modified: 1, deleted: 3 });
});

scene("refs: HEAD, ancestors, hashes, labels, branches, initial", (s) => {
  const first = s.commit("import", { kind: "import" });
  const base = s.commit("baseline");
  const odd = s.commit("baseline~1");
  const other = s.commit("baseline", { branch: "agent", parents: [base.id] });
  const newest = s.commit("baseline");
  const resolve = (ref: string, branch = "main") => s.history.resolve(branch, ref).id;
  assert.equal(resolve("HEAD"), newest.id);
  assert.equal(resolve("HEAD~"), odd.id);
  assert.equal(resolve("HEAD~2"), base.id);
  assert.equal(resolve("HEAD~1~1"), base.id);
  assert.equal(resolve("HEAD~0"), newest.id);
  assert.equal(resolve(base.id), base.id);
  assert.equal(resolve(base.id.toUpperCase()), base.id);
  assert.equal(resolve(base.id.slice(0, 12)), base.id);
  assert.equal(resolve("baseline"), newest.id);
  assert.equal(resolve("baseline", "agent"), other.id);
  assert.equal(resolve("baseline~1"), odd.id);
  assert.equal(resolve("baseline~2"), base.id);
  assert.equal(resolve("agent"), other.id);
  assert.equal(resolve("agent~1"), base.id);
  assert.equal(resolve("initial"), first.id);
  assert.equal(resolve("initial", "agent"), first.id);
});

scene("refs that mean nothing or too much are refused with help", (s) => {
  s.commit("before refactoring");
  const hint = refused("unknown_ref", () => s.history.resolve("main", "before refactorin"));
  assert.deepEqual(hint.candidates, ["before refactoring"]);
  assert.match(hint.message, /did you mean "before refactoring"\?$/);
  refused("unknown_ref", () => s.history.resolve("main", "HEAD~1"));
  refused("unknown_ref", () => s.history.resolve("main", ""));
  refused("unknown_ref", () => s.history.resolve("main", "~2"));
  refused("unknown_ref", () => s.history.resolve("nowhere", "HEAD"));
  refused("unknown_ref", () => s.history.resolve("main", "abc"));
  s.store.commit((database) => {
    const insert = database.prepare(
      `INSERT INTO commits (id, branch, kind, label, time, sum)
        VALUES (?, 'main', 'checkpoint', ?, 0, 0)`,
    );
    insert.run("abcdef".padEnd(64, "0"), "x");
    insert.run("abcdef".padEnd(64, "1"), "y");
  });
  const two = refused("ambiguous_ref", () => s.history.resolve("main", "ABCDEF"));
  assert.equal(two.candidates.length, 2);
  assert.match(two.candidates[0]!, /^abcdef1+ y$/);
});

scene("the log goes on after a rollback and hides what was made for safety", (s) => {
  const one = s.commit("one");
  const two = s.commit("two");
  const safety = s.commit("safety", { kind: "safety" });
  s.move("rollback", one, safety.id);
  const three = s.commit("three");
  const ids = (options = {}) => s.history.log("main", options).map((commit) => commit.id);
  assert.deepEqual(ids(), [three.id, two.id, one.id]);
  assert.deepEqual(ids({ all: true }), [three.id, safety.id, two.id, one.id]);
  assert.deepEqual(ids({ limit: 2 }), [three.id, two.id]);
  assert.deepEqual(s.history.commitInfo(three.id).parents, [one.id]);
});

scene("the log of a branch begins where it grew from", (s) => {
  const one = s.commit("one");
  const two = s.commit("two");
  s.commit("three");
  const own = s.commit("own", { branch: "agent", parents: [two.id] });
  const ids = s.history.log("agent").map((commit) => commit.id);
  assert.deepEqual(ids, [own.id, two.id, one.id]);
  s.history.save({ branch: "fresh", snapshot: two.snapshot, segment: 0, nextInode: 0 });
  assert.deepEqual(s.history.log("fresh"), []);
});

scene("undo goes back over rollbacks and redo forward, to what was current each time", (s) => {
  const { history } = s;
  refused("nothing_to_undo", () => history.undos.target("main"));
  refused("nothing_to_redo", () => history.undos.redoTarget("main"));
  const [one, two, three] = [s.commit("one"), s.commit("two"), s.commit("three")];
  s.move("rollback", two, three.id);
  s.move("rollback", one, two.id);
  assert.equal(history.undos.target("main").commit.id, two.id);
  const dirty = s.commit("", { kind: "safety" });
  s.move("undo", two, dirty.id);
  assert.equal(history.undos.target("main").commit.id, three.id);
  s.move("undo", three, two.id);
  refused("nothing_to_undo", () => history.undos.target("main"));
  assert.equal(history.undos.redoTarget("main").commit.id, two.id);
  s.move("redo", two, three.id);
  assert.equal(history.undos.redoTarget("main").commit.id, dirty.id);
  s.move("redo", history.commitInfo(dirty.id), two.id);
  refused("nothing_to_redo", () => history.undos.redoTarget("main"));
  assert.equal(history.undos.target("main").commit.id, two.id);
  assert.equal(history.undos.target("main").operations[0]!.kind, "rollback");
  s.move("undo", two, dirty.id);
  s.move("rollback", one, two.id);
  refused("nothing_to_redo", () => history.undos.redoTarget("main"));
});

scene("a restore that makes a commit can be undone", (s) => {
  const safety = s.commit("safety", { kind: "safety" });
  const restored = s.history.save({
    branch: "main",
    snapshot: storeModel(s.store, directory()),
    segment: 0,
    nextInode: 0,
    commit: { label: "", message: "restore f", kind: "restore", agent: null },
    operation: { kind: "restore", from: safety.id },
  })!;
  const { commit, operations } = s.history.undos.target("main");
  assert.equal(commit.id, safety.id);
  const { kind, to, number } = operations[0]!;
  assert.deepEqual([kind, to, number], ["restore", restored.id, restored.number]);
});

scene("commits and moves are numbered together, and a number is never given twice", (s) => {
  const { history, store } = s;
  const [one, two] = [s.commit("one"), s.commit("two")];
  s.move("rollback", one, two.id);
  const three = s.commit("3");
  assert.deepEqual([one, two, three].map(({ number }) => number), [1, 2, 4]);
  const resolve = (ref: string) => history.resolve("main", ref).id;
  assert.equal(resolve("#1"), one.id);
  assert.equal(resolve("2"), two.id);
  // A move means where it went; a label is meant before a number.
  assert.equal(resolve("#3"), one.id);
  assert.equal(resolve("3"), three.id);
  assert.equal(resolve("#4~1"), one.id);
  refused("unknown_ref", () => history.resolve("main", "#9"));
  assert.deepEqual(
    history.undos.moves("main", { since: 0, limit: 9 }).map(({ number, kind, target }) => [
      number,
      kind,
      target!.number,
    ]),
    [[3, "rollback", 1]],
  );
  // A store whose operations were counted for themselves.
  const { sum: _, ...row } = store.database.prepare("SELECT * FROM operations").get() as Row;
  store.database.exec("DELETE FROM operations");
  putRow(store.database, OPERATIONS, { ...row, sequence: 1 });
  assert.deepEqual(history.undos.moves("main", { since: 0, limit: 1 }).map((m) => m.isNumbered), [
    false,
  ]);
  assert.equal(history.undos.change("main", "#2").kind, "checkpoint");
  store.commit((database) => forgetCommits(database, [three.id]));
  assert.equal(s.commit("five").number, 5);
});

scene("what a number did is between two states", (s) => {
  const { history } = s;
  const [one, two] = [s.commit("one"), s.commit("two")];
  s.move("rollback", one, two.id);
  const states = (ref: string) => {
    const { name, kind, steps: [{ before, after }] } = history.undos.change("main", ref);
    return [name, kind, before.label, after.label];
  };
  assert.deepEqual(states("two"), ["#2", "checkpoint", "one", "two"]);
  assert.deepEqual(states("#3"), ["#3", "rollback", "two", "one"]);
  refused("cannot_undo", () => history.undos.change("main", "one"));
  s.store.commit((database) => compact(database, [one.id], 0));
  refused("compacted", () => history.undos.change("main", "two"));
});

scene("a call is found by its id, a prompt by what it led to", (s) => {
  const { history } = s;
  const call = (label: string, call: string, prompt: string) =>
    s.commit(label, { details: { moment: "call", call, prompt } });
  s.commit("initial", { kind: "import" });
  refused("unknown_ref", () => history.resolve("main", "prompt:"));
  s.commit("by hand", { details: { moment: "prompt", prompt: "p-one" } });
  const one = call("one", "toolu_01A", "p-one");
  s.commit("between", { details: { moment: "before-call", prompt: "p-one" } });
  call("two", "toolu_01B", "p-one");
  call("three", "toolu_02", "p-one");
  call("four", "toolu_03", "p-two");
  const label = (ref: string) => history.resolve("main", ref).label;
  assert.deepEqual(
    [
      "toolu_01A",
      "toolu_02",
      "toolu_01B~1",
      "prompt:p-one",
      "prompt:p-two",
      "prompt:",
      "prompt:p-tw",
    ]
      .map(label),
    ["one", "three", "between", "by hand", "three", "three", "three"],
  );
  // What was found before is found, also where the same is said again.
  call("one again", "toolu_01A", "p-three");
  assert.equal(label("toolu_01A"), "one again");
  s.store.commit((database) => forgetCommits(database, [history.resolve("main", "toolu_01A").id]));
  assert.equal(label("toolu_01A"), "one");
  assert.equal(label("prompt:"), "three");
  assert.deepEqual(refused("ambiguous_ref", () => label("toolu_01")).candidates, [
    "toolu_01A",
    "toolu_01B",
  ]);
  assert.match(refused("unknown_ref", () => label("prompt:x")).message, /p-two, p-one$/);
  refused("unknown_ref", () => label("too"));
  // A label is meant before a call.
  s.commit("toolu_02");
  assert.equal(label("toolu_02"), "toolu_02");
  const { name, kind, steps } = history.undos.change("main", "prompt:p-one");
  assert.deepEqual([name, kind], ["prompt p-one", "prompt"]);
  assert.deepEqual(steps.map(({ before, after }) => [before.label, after.label]), [
    ["between", "three"],
    ["by hand", "one"],
  ]);
  assert.equal(steps[1]!.after.id, one.id);
});

scene("undo and redo of several, in any order, go where those of one go", (s) => {
  const { history } = s;
  const commits = [s.commit("0")];
  for (let i = 1; i <= 6; i++) {
    const [last] = commits.slice(-1);
    commits.push(s.commit(`${i}`));
    s.move("rollback", last!, commits.at(-1)!.id);
    commits.push(s.commit(`after ${i}`));
  }
  for (let count = 1; count <= 6; count++) {
    const target = history.undos.target("main", count);
    assert.deepEqual(target.through.length, count - 1);
    assert.equal(target.operations.length, count);
    const labels = target.operations.map(({ from }) => history.commitInfo(from).label);
    assert.deepEqual(labels, [6, 5, 4, 3, 2, 1].slice(0, count).map(String));
  }
  refused("nothing_to_undo", () => history.undos.target("main", 7));
});

scene("a save that fails leaves nothing", (s) => {
  const one = s.commit("one");
  const save = () =>
    s.history.save({
      branch: "main",
      snapshot: one.snapshot,
      segment: Number.NaN,
      nextInode: 0,
      commit: { label: "bad", message: "", kind: "checkpoint", agent: null },
    });
  assert.throws(save);
  s.store.discard();
  assert.equal(s.history.branch("main")!.head, one.id);
  assert.equal(s.history.log("main").length, 1);
});

scene("what is asked again uses the statements there are", (scene) => {
  const { store, history } = scene;
  const everything = () => {
    const first = scene.commit("first");
    const second = scene.commit("second");
    scene.move("rollback", first, second.id);
    history.createBranch({
      name: "other",
      parent: "main",
      head: second.id,
      snapshot: second.snapshot,
      nextInode: 2 ** 48,
    });
    history.renameBranch("other", "renamed");
    history.deleteBranch("renamed");
    for (const ref of ["second", "HEAD~1", "initial", first.id.slice(0, 12)]) {
      history.describe("main", ref);
    }
    history.log("main", { all: true, limit: 5 });
    history.commits();
    history.undos.target("main");
    history.aheadBehind("main", "main");
    store.stats();
  };
  scene.commit("import", { kind: "import" });
  everything();
  const texts: string[] = [];
  const { database } = store;
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    texts.push(sql);
    return prepare(sql);
  };
  everything();
  assert.deepEqual(texts, []);
});

scene("a branch stands on a part of its work, its tree and its forks stay", (scene) => {
  const { store, history } = scene;
  const base = scene.commit("base");
  const work = storeModel(store, directory({ f: file("work"), g: file("more") }));
  history.save({ branch: "main", snapshot: work, segment: 5, nextInode: 2 ** 48 });
  const child = { name: "child", parent: "main", head: base.id, snapshot: work };
  const { head: fork } = history.createBranch({ ...child, nextInode: 2 ** 48 });
  assert.deepEqual(history.branch("main")!.forks, [fork]);
  const part = storeModel(store, directory({ f: file("work") }));
  const commit = { label: "", message: "part", kind: "checkpoint", agent: null } as const;
  const recorded = history.record("main", work, { ...commit, parents: [base.id] });
  assert.equal(history.branch("main")!.head, base.id);
  assert.deepEqual(history.commitInfo(recorded.id).snapshot, work);
  const stand = history.standOn("main", part, { ...commit, parents: [base.id] }, 2 ** 48 + 9);
  const { head, snapshot, segment, forks, nextInode } = new History(store).branch("main")!;
  assert.deepEqual([head, segment, forks, nextInode], [stand.id, 5, [fork], 2 ** 48 + 9]);
  assert.deepEqual(snapshot, work);
  assert.deepEqual(stand.parents, [base.id]);
});
