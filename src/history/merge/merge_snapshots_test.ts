import assert from "node:assert/strict";
import type { Snapshot } from "../../store/trees/entry.ts";
import {
  copyModel,
  directory,
  file,
  listSnapshot,
  type ModelInode,
  storeModel,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { conflictLines, essences, merge } from "./testing/fixtures.ts";
import { get, made, mergeEdits, nothing, removed, set } from "./testing/fixture_edits.ts";
import { lines } from "./testing/git_operations.ts";
import { emptyBase } from "./merge_snapshots.ts";

Deno.test("an edit goes where the other side moved the file, edited or not", async () => {
  await withStore((store) => {
    const tree = directory({ f: file(lines("f")), d: directory() });
    const edit = set("f", { text: lines("f", { 12: "edited" }), mode: 0o755, mtime: 9 });
    const move = (root: ModelInode) => {
      get(root, "d").children.set("g", get(root, "f"));
      root.children.delete("f");
    };
    const moveAndEdit = (root: ModelInode) => {
      set("f", { text: lines("f", { 1: "first" }) })(root);
      move(root);
    };
    for (const [mine, other] of [[edit, move], [move, edit]] as const) {
      const { result, at, text, paths } = mergeEdits(store, tree, mine, other);
      assert.deepEqual(result.conflicts, []);
      assert.deepEqual(paths(), ["d", "d/g"]);
      assert.equal(text("d/g"), lines("f", { 12: "edited" }));
      assert.deepEqual([at("d/g")!.mode & 0o777, at("d/g")!.mtimeSec], [0o755, 9]);
      assert.equal(at("d/g")!.ino, get(tree, "f").ino);
    }
    for (const [mine, other] of [[edit, moveAndEdit], [moveAndEdit, edit]] as const) {
      const { result, text, paths } = mergeEdits(store, tree, mine, other);
      assert.deepEqual([result.conflicts, paths()], [[], ["d", "d/g"]]);
      assert.equal(text("d/g"), lines("f", { 1: "first", 12: "edited" }));
    }
  });
});

Deno.test("of equal files the one with the same number is the moved one; a reused number is none", async () => {
  await withStore((store) => {
    const tree = directory({ a: file(lines("same")), b: file(lines("same")) });
    const move = (root: ModelInode) => {
      for (const name of ["a", "b"]) {
        root.children.set(`${name}2`, get(root, name));
        root.children.delete(name);
      }
    };
    const edit = set("b", { text: lines("same", { 1: "edited" }) });
    const { result, text } = mergeEdits(store, tree, move, edit);
    assert.deepEqual(result.conflicts, []);
    assert.equal(text("b2"), lines("same", { 1: "edited" }));
    assert.equal(text("a2"), lines("same"));
    const reuse = (root: ModelInode) => {
      const { ino } = get(root, "b");
      root.children.delete("b");
      root.children.set("other", file(lines("other"), { ino }));
    };
    const reused = mergeEdits(store, tree, reuse, edit);
    assert.deepEqual(conflictLines(reused.result), ["b delete/edit"]);
  });
});

Deno.test("a file that both moved, but one side has at both places: nothing is undone that it did there", async () => {
  await withStore((store) => {
    const f = file(lines("f"), { mode: 0o600, xattr: "x" });
    const copy = file(lines("f"));
    const b = storeModel(store, directory({ f }));
    const ours = storeModel(store, directory({ a: f, f: copy }));
    for (const text of [lines("f"), lines("f", { 1: "edited" })]) {
      const theirs = storeModel(store, directory({ e: { ...f, text } }));
      const once = merge(store, b, ours, theirs);
      assert.deepEqual(once.conflicts, []);
      const merged = listSnapshot(store, once.snapshot).get("e")!;
      assert.deepEqual([merged.mode & 0o777, merged.xattrs], [0o644, null]);
      // The mode and the attribute that ours took away at e stay as they are.
      const forth = merge(store, b, once.snapshot, theirs);
      const back = merge(store, b, theirs, once.snapshot);
      for (const twice of [forth, back]) {
        assert.deepEqual(conflictLines(twice), ["f rename/rename"]);
        assert.equal(
          essences(store, twice.snapshot).get("e"),
          essences(store, once.snapshot).get("e"),
        );
      }
      assert.deepEqual(forth.changes, { added: 0, modified: 0, deleted: 0 });
    }
    const other = directory({ a: f, e: file(lines("other")) });
    const theirs = storeModel(store, directory({ e: f }));
    const unlike = merge(store, b, storeModel(store, other), theirs);
    assert.ok(conflictLines(unlike).includes("e add/add"));
  });
});

Deno.test("new inodes with numbers that ours gave too are renumbered, in whole subtrees", async () => {
  await withStore((store) => {
    const tree = directory({ keep: file("k") });
    const both = (name: string) => (root: ModelInode) => {
      const inner = directory({ f: file(name, { ino: 501 }) }, { ino: 502 });
      root.children.set(name, directory({ inner }, { ino: 500 }));
    };
    let next = 501;
    const { result, at, paths, ours } = mergeEdits(store, tree, both("ours"), both("theirs"), {
      allocateInode: () => next++,
    });
    assert.deepEqual(paths().length, 7);
    assert.deepEqual(
      ["ours", "ours/inner", "ours/inner/f"].map((path) => at(path)!.ino),
      [500, 502, 501],
    );
    assert.deepEqual(
      new Set(["theirs", "theirs/inner", "theirs/inner/f"].map((path) => at(path)!.ino)),
      new Set([503, 504, 505]),
    );
    assert.equal(result.highestInode, 505);
    assert.deepEqual(listSnapshot(store, ours).get("ours/inner"), at("ours/inner"));
  });
});

Deno.test("a subtree of theirs that fits is taken over as the object it is", async () => {
  await withStore((store) => {
    const { result, theirs } = mergeEdits(
      store,
      directory({ keep: file("k") }),
      made("mine", () => file("m")),
      made("new", () => directory({ a: directory({ b: file("b") }) })),
    );
    const at = (snapshot: Snapshot) => listSnapshot(store, snapshot).get("new");
    assert.deepEqual(at(result.snapshot), at(theirs));
  });
});

Deno.test("empty directories come and go; one is kept for what is still in it", async () => {
  await withStore((store) => {
    const tree = () => directory({ e: directory(), d: directory({ f: file("f"), g: file("g") }) });
    const { paths } = mergeEdits(store, tree(), removed("e"), made("n", () => directory()));
    assert.deepEqual(paths(), ["d", "d/f", "d/g", "n"]);
    const add = (root: ModelInode) => void get(root, "d").children.set("new", file("n"));
    for (const [mine, other] of [[add, removed("d")], [removed("d"), add]] as const) {
      const merged = mergeEdits(store, tree(), mine, other);
      assert.deepEqual([merged.result.conflicts, merged.paths()], [[], ["d", "d/new", "e"]]);
    }
    const emptied = (root: ModelInode) => void get(root, "d").children.delete("f");
    const both = mergeEdits(store, tree(), removed("d"), emptied);
    assert.deepEqual(both.paths(), ["e"]);
  });
});

Deno.test("a directory in which names come or go has the times of that; others stay as they are", async () => {
  await withStore((store) => {
    const tree = directory({ a: directory({}, { mtime: 3 }), b: directory({ x: file("x") }) });
    const add = (path: string, name: string, mtime: number) => (root: ModelInode) => {
      get(root, path).children.set(name, file(name));
      get(root, path).mtime = mtime;
    };
    const alone = mergeEdits(store, tree, nothing, add("a", "n", 8));
    assert.equal(alone.at("a")!.mtimeSec, 8);
    assert.equal(alone.at("b")!.mtimeSec, 1);
    const both = mergeEdits(store, tree, add("a", "m", 7), add("a", "n", 8));
    assert.equal(both.at("a")!.mtimeSec, 1_700_000_000);
    const edited = mergeEdits(store, tree, nothing, set("b/x", { text: "y" }));
    assert.equal(edited.at("b")!.mtimeSec, 1);
  });
});

Deno.test("only the paths that are asked for are merged", async () => {
  await withStore((store) => {
    const tree = directory({ d: directory({ x: file("x"), y: file("y") }), z: file("z") });
    const other = (root: ModelInode) => {
      set("d/x", { text: "X" })(root);
      set("d/y", { text: "Y" })(root);
      set("d", { mode: 0o700 })(root);
      removed("z")(root);
      root.children.set("n", directory({ a: file("a"), b: directory({ c: file("c") }) }));
    };
    const only = (...paths: string[]) => mergeEdits(store, tree, nothing, other, { paths });
    const one = only("d/x", "n/b");
    assert.deepEqual(one.paths(), ["d", "d/x", "d/y", "n", "n/b", "n/b/c", "z"]);
    assert.deepEqual([one.text("d/x"), one.text("d/y"), one.at("d")!.mode & 0o777], [
      "X",
      "y",
      0o755,
    ]);
    assert.deepEqual(only("z").paths(), ["d", "d/x", "d/y"]);
    assert.deepEqual(only("nowhere", "n/nothing").result.snapshot, storeModel(store, tree));
    const [all, listed] = [only(""), only("d", "n", "z")].map(({ result }) =>
      essences(store, result.snapshot)
    );
    assert.deepEqual(all, listed);
  });
});

Deno.test("without a common ancestor everything is new on both sides", async () => {
  await withStore((store) => {
    const ours = storeModel(store, directory({ a: file("a"), s: file("same") }, { ino: 1 }));
    const theirs = storeModel(store, directory({ b: file("b"), s: file("same") }, { ino: 1 }));
    const result = merge(store, emptyBase(ours), ours, theirs);
    assert.deepEqual(result.conflicts, []);
    assert.deepEqual([...listSnapshot(store, result.snapshot).keys()], ["", "a", "b", "s"]);
  });
});

Deno.test("a new import of the source is merged as a branch is: its times and numbers say nothing", async () => {
  await withStore((store) => {
    const imported = directory({
      a: file(lines("a")),
      b: file("b"),
      d: directory({ c: file("c") }),
    });
    const again = copyModel(imported);
    get(again, "a").text = lines("a", { 1: "source" });
    get(again, "b").mtime = 99;
    for (const [path, ino] of [["a", 71], ["b", 72], ["d", 73], ["d/c", 74]] as const) {
      (get(again, path) as { ino: number }).ino = ino;
    }
    const branch = copyModel(imported);
    get(branch, "a").text = lines("a", { 12: "agent" });
    get(branch, "d").children.set("new", file("new"));
    const [b, o, t] = [imported, branch, again].map((model) => storeModel(store, model));
    const result = merge(store, b!, o!, t!);
    assert.deepEqual(result.conflicts, []);
    assert.deepEqual(result.changes, { added: 0, modified: 1, deleted: 0 });
    const [mine, merged] = [o!, result.snapshot].map((snapshot) => listSnapshot(store, snapshot));
    for (const path of ["b", "d/c", "d/new"]) assert.deepEqual(merged!.get(path), mine!.get(path));
  });
});
