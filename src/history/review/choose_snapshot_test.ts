import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { listChanges } from "../diff/diff.ts";
import { readText } from "../diff/text.ts";
import { assertSound } from "../snapshots/assert_sound.ts";
import {
  copyModel,
  directory,
  file,
  freshInode,
  listSnapshot,
  type ModelInode,
  modelPairs,
  storeModel,
  symlink,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { lookupPath } from "../snapshots/lookup_path.ts";
import { type Choices, chooseSnapshot, type PartChoice } from "./choose_snapshot.ts";
import { reviewItems } from "./review_items.ts";

const OPTIONS = { allocateInode: freshInode, now: 5_000 };

/** `M a [2]`: two hunks that can be taken one by one. */
function shownItems(store: Store, from: Snapshot, to: Snapshot): string[] {
  return reviewItems(store, from, to).items.map(({ change, paths, hunks, isDivisible }) =>
    [
      change.status,
      change.path,
      ...(paths.length > 1 ? [`+${paths.length - 1}`] : []),
      ...(isDivisible ? [`[${hunks!.length}]`] : []),
    ].join(" ")
  );
}

/** All of these items. */
function wholes(...whole: number[]) {
  return { whole, parts: [] };
}

/** Some of the only item. */
function part(choice: Partial<PartChoice>) {
  return { whole: [], parts: [{ item: 0, hunks: [], edited: [], attributes: false, ...choice }] };
}

function changedPaths(store: Store, from: Snapshot, to: Snapshot): string[] {
  return listChanges(store, from, to).map(({ path, status }) => `${status} ${path}`);
}

function textAt(store: Store, snapshot: Snapshot, path: string): string {
  return readText(store, lookupPath(store, snapshot, path))!;
}

function hasLinks(store: Store, ...snapshots: Snapshot[]): boolean {
  return snapshots.some((snapshot) =>
    [...listSnapshot(store, snapshot).values()].some(({ mode, nlink }) =>
      (mode & 0o170000) !== 0o040000 && nlink > 1
    )
  );
}

Deno.test("taking everything is the other snapshot, taking nothing the first, whatever differs", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(modelPairs, ([before, after]) => {
        const [from, to] = [storeModel(store, before), storeModel(store, after)];
        const { items } = reviewItems(store, from, to);
        const all = { whole: [] as number[], parts: [] as PartChoice[] };
        const none: PartChoice[] = [];
        items.forEach(({ hunks, isDivisible }, item) => {
          if (!isDivisible) {
            all.whole.push(item);
            return;
          }
          all.parts.push({ item, hunks: [...hunks!.keys()], edited: [], attributes: true });
          none.push({ item, hunks: [], edited: [], attributes: false });
        });
        const choose = (choices: Choices) => chooseSnapshot(store, from, to, choices, OPTIONS);
        // What only differs in times is nothing to be taken.
        assert.equal(choose(all), items.length === 0 ? from : to);
        assert.equal(choose(wholes(...items.keys())), items.length === 0 ? from : to);
        assert.equal(choose(wholes()), from);
        assert.equal(choose({ whole: [], parts: none }), from);
        // Every difference belongs to one item, or to a directory that is there for what is in it.
        const listed = items.flatMap(({ paths }) => paths);
        assert.equal(new Set(listed).size, listed.length);
      }),
      { numRuns: 300 },
    );
  });
});

Deno.test("what is taken is as it is, what is left as it was, and the snapshot is sound", async () => {
  let compared = 0;
  await withStore((store) => {
    fc.assert(
      fc.property(modelPairs, fc.infiniteStream(fc.boolean()), ([before, after], random) => {
        const [from, to] = [storeModel(store, before), storeModel(store, after)];
        const { items, goneDirectories } = reviewItems(store, from, to);
        const places = [...items.keys()].filter(() => random.next().value);
        const taken = places.map((place) => items[place]!);
        const chosen = chooseSnapshot(store, from, to, wholes(...places), OPTIONS);
        assertSound(store, chosen);
        if (hasLinks(store, from, to)) return;
        compared++;
        const isTaken = new Set(taken.flatMap(({ paths }) => paths));
        const left = items.flatMap(({ paths }) => paths).filter((path) => !isTaken.has(path));
        // A directory may wait for what is to be in it, or for the last thing in it to go.
        const directories = (path: string) =>
          goneDirectories.includes(path) || left.some((other) => other.startsWith(`${path}/`));
        const expected = listChanges(store, from, to).map(({ path }) => path)
          .filter((path) => !isTaken.has(path));
        const rest = listChanges(store, chosen, to).map(({ path }) => path);
        assert.deepEqual(rest.filter((path) => !expected.includes(path)), []);
        for (const path of left) assert.ok(rest.includes(path), `${path} was not left`);
        for (const path of rest) assert.ok(left.includes(path) || directories(path), path);
        for (const path of changedPaths(store, from, chosen).map((line) => line.slice(2))) {
          assert.ok(!left.includes(path), `${path} was taken`);
        }
      }),
      { numRuns: 400 },
    );
  });
  assert.ok(compared > 100, `${compared} compared`);
});

const TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";

Deno.test("a text is taken line by line, its mode apart from that", async () => {
  await withStore((store) => {
    const from = storeModel(store, directory({ f: file(TEN), g: file("x") }));
    const text = TEN.replace("1\n", "one\n").replace("11\n", "eleven\n");
    const to = storeModel(store, directory({ f: file(text, { mode: 0o755 }), g: file("x") }));
    assert.deepEqual(shownItems(store, from, to), ["M f [2]"]);
    const hunks = reviewItems(store, from, to).items[0]!.hunks!;
    const choose = (choice: Partial<PartChoice>) => {
      const chosen = chooseSnapshot(store, from, to, part(choice), OPTIONS);
      assertSound(store, chosen);
      const { mode, mtimeSec, ino } = lookupPath(store, chosen, "f")!;
      assert.equal(ino, lookupPath(store, from, "f")!.ino);
      return [textAt(store, chosen, "f"), (mode & 0o777).toString(8), mtimeSec];
    };
    const first = TEN.replace("1\n", "one\n");
    assert.deepEqual(choose({ hunks: [0] }), [first, "644", 5]);
    assert.deepEqual(choose({ hunks: [0], attributes: true }), [first, "755", 5]);
    assert.deepEqual(choose({ hunks: [], attributes: true }), [TEN, "755", 1]);
    assert.deepEqual(choose({ hunks: [1] }), [TEN.replace("11\n", "eleven\n"), "644", 5]);
    assert.deepEqual(choose({ hunks: [0, 1] }), [text, "644", 5]);
    const edited = { ...hunks[0]!, lines: hunks[0]!.lines.map((l) => l.replace("+one", "+ONE")) };
    assert.deepEqual(choose({ edited: [edited] }), [TEN.replace("1\n", "ONE\n"), "644", 5]);
  });
});

Deno.test("bytes that are no text in any encoding, line ends and their absence stay what they are", async () => {
  await withStore((store) => {
    const before = `\xff\xfe\r\n${TEN}end`;
    const after = `\xfe\xff\r\n${TEN}end\n`;
    const from = storeModel(store, directory({ f: file(before) }));
    const to = storeModel(store, directory({ f: file(after) }));
    const hunks = reviewItems(store, from, to).items[0]!.hunks!;
    assert.equal(hunks.length, 2);
    const choose = (index: number) =>
      textAt(
        store,
        chooseSnapshot(store, from, to, part({ hunks: [index] }), OPTIONS),
        "f",
      );
    assert.equal(choose(0), `\xfe\xff\r\n${TEN}end`);
    assert.equal(choose(1), `\xff\xfe\r\n${TEN}end\n`);
  });
});

Deno.test("what can be taken alone, and what belongs together", async () => {
  await withStore((store) => {
    const shared = file("old");
    const before = directory({
      ".git": directory({ HEAD: file("a"), index: file("\0") }),
      binary: file("\0a"),
      dir: directory({ x: file("x"), y: file("y") }, { mode: 0o700 }),
      file: file("f"),
      gone: directory({ a: file("a"), sub: directory({ b: file("b") }) }),
      hard1: shared,
      hard2: shared,
      link: symlink("a"),
      mode: directory({ z: file("z") }),
    });
    const after = copyModel(before);
    const at = (name: string) => after.children.get(name)!;
    at(".git").children.get("HEAD")!.text = "b";
    at(".git").children.set("new", file("n"));
    at("binary").text = "\0b";
    after.children.set("dir", file("now a file"));
    after.children.set("file", directory({ in: file("i") }));
    after.children.delete("gone");
    at("hard1").text = "new";
    at("link").text = "b";
    at("mode").mode = 0o700;
    at("mode").children.set("empty", directory());
    at("mode").children.set("full", directory({ n: file("n") }));
    const [from, to] = [storeModel(store, before), storeModel(store, after)];
    assert.deepEqual(shownItems(store, from, to), [
      "M .git +2",
      "M binary",
      "T dir +2",
      "T file +1",
      "D gone/a",
      "D gone/sub/b",
      "M hard1 +1 [1]",
      "M link",
      "M mode",
      "A mode/empty",
      "A mode/full/n",
    ]);
    const { items } = reviewItems(store, from, to);
    const taken = (...paths: string[]) => {
      const places = paths.map((path) => items.findIndex(({ change }) => change.path === path));
      const chosen = chooseSnapshot(store, from, to, wholes(...places), OPTIONS);
      assertSound(store, chosen);
      return changedPaths(store, from, chosen);
    };
    assert.deepEqual(taken(".git", "dir"), [
      "M .git/HEAD",
      "A .git/new",
      "T dir",
      "D dir/x",
      "D dir/y",
    ]);
    assert.deepEqual(taken("file"), ["T file", "A file/in"]);
    assert.deepEqual(taken("gone/a"), ["D gone/a"]);
    assert.deepEqual(taken("gone/sub/b"), ["D gone/sub", "D gone/sub/b"]);
    assert.deepEqual(taken("gone/a", "gone/sub/b"), [
      "D gone",
      "D gone/a",
      "D gone/sub",
      "D gone/sub/b",
    ]);
    assert.deepEqual(taken("hard1"), ["M hard1", "M hard2"]);
    assert.deepEqual(taken("mode"), ["M mode"]);
    assert.deepEqual(taken("mode/empty", "mode"), ["M mode", "A mode/empty"]);
    assert.deepEqual(taken("mode/full/n"), ["A mode/full", "A mode/full/n"]);
    const refused = (choices: Choices) =>
      assert.throws(() => chooseSnapshot(store, from, to, choices, OPTIONS), {
        code: "bad_choice",
      });
    refused(wholes(items.length));
    refused(part({}));
    const hard = items.findIndex(({ change }) => change.path === "hard1");
    refused(part({ item: hard, hunks: [1] }));
  });
});

Deno.test("lines of a hard-linked file are taken for all its names", async () => {
  await withStore((store) => {
    const shared = file(TEN);
    const before = directory({ a: shared, d: directory({ b: shared }) });
    const after = copyModel(before);
    const linked: ModelInode = after.children.get("a")!;
    linked.text = TEN.replace("1\n", "one\n").replace("11\n", "eleven\n");
    const [from, to] = [storeModel(store, before), storeModel(store, after)];
    const chosen = chooseSnapshot(store, from, to, part({ hunks: [0] }), OPTIONS);
    assertSound(store, chosen);
    const texts = ["a", "d/b"].map((path) => textAt(store, chosen, path));
    assert.deepEqual(texts, [TEN.replace("1\n", "one\n"), TEN.replace("1\n", "one\n")]);
    const records = ["a", "d/b"].map((path): InodeRecord => lookupPath(store, chosen, path)!);
    assert.deepEqual(records[0], records[1]);
  });
});
