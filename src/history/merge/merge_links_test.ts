import assert from "node:assert/strict";
import { directory, file, type ModelInode, withStore } from "../snapshots/testing/fixtures.ts";
import { conflictLines, linkedPaths } from "./testing/fixtures.ts";
import { get, mergeEdits, nothing, set } from "./testing/fixture_edits.ts";
import { lines } from "./testing/git_operations.ts";

Deno.test("hard links: names and record are merged apart, and every name shows the result", async () => {
  await withStore((store) => {
    const shared = file(lines("s"));
    const tree = directory({ a: shared, b: shared, d: directory({ c: shared }) });
    const { result, text } = mergeEdits(
      store,
      tree,
      (root) => {
        set("a", { text: lines("s", { 1: "ours" }) })(root);
        root.children.set("new", get(root, "a"));
      },
      (root) => {
        set("a", { text: lines("s", { 12: "theirs" }) })(root);
        root.children.delete("b");
      },
    );
    assert.deepEqual(result.conflicts, []);
    assert.deepEqual(linkedPaths(store, result.snapshot), ["a d/c new"]);
    for (const path of ["a", "d/c", "new"]) {
      assert.equal(text(path), lines("s", { 1: "ours", 12: "theirs" }));
    }
  });
});

Deno.test("hard links: a conflict is one, at a name that both sides have", async () => {
  await withStore((store) => {
    const shared = file("base\n");
    const tree = directory({ a: shared, b: shared });
    const { result, text } = mergeEdits(
      store,
      tree,
      set("a", { text: "ours\n" }),
      (root) => {
        set("a", { text: "theirs\n" })(root);
        root.children.delete("a");
      },
      { strategy: "markers" },
    );
    assert.deepEqual(conflictLines(result), ["b edit/edit"]);
    assert.match(text("b"), /^<<<<<<< main\nours\n/);
    const all = mergeEdits(store, tree, set("a", { text: "ours\n" }), (root) => {
      root.children.clear();
    });
    assert.deepEqual(conflictLines(all.result), ["a edit/delete", "b edit/delete"]);
  });
});

Deno.test("hard links: those of theirs stay links, and a single name of one is a file", async () => {
  await withStore((store) => {
    const tree = directory({ f: file("f") });
    const link = (...names: string[]) => (root: ModelInode) => {
      const made = file("new", { ino: 900 });
      for (const name of names) root.children.set(name, made);
    };
    const mine = (root: ModelInode) => void root.children.set("mine", file("mine", { ino: 900 }));
    const { result, at } = mergeEdits(store, tree, mine, link("x", "y"));
    assert.deepEqual(linkedPaths(store, result.snapshot), ["x y"]);
    assert.notEqual(at("x")!.ino, 900);
    const one = mergeEdits(store, tree, nothing, link("x", "y"), { paths: ["x"] });
    assert.deepEqual([linkedPaths(store, one.result.snapshot), one.at("x")!.nlink], [[], 1]);
    const further = mergeEdits(store, tree, set("f", { text: "edited" }), (root) => {
      root.children.set("g", get(root, "f"));
    });
    assert.deepEqual(linkedPaths(store, further.result.snapshot), ["f g"]);
    assert.deepEqual([further.text("f"), further.text("g")], ["edited", "edited"]);
  });
});
