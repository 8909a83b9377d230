import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import {
  copyModel,
  directory,
  file,
  type ModelInode,
  storeModel,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { assertSound } from "../snapshots/assert_sound.ts";
import { essences, OPTIONS } from "./testing/fixtures.ts";
import { lines } from "./testing/git_operations.ts";
import { mergeMany, type MergeManyOptions, type MergeSource } from "./merge_many.ts";

const { labels: _, ...common } = OPTIONS;
const MANY: MergeManyOptions = { ...common, label: "main" };

function many(
  store: StoreWriter,
  base: Snapshot,
  into: Snapshot,
  sources: readonly MergeSource[],
  options: Partial<MergeManyOptions> = {},
) {
  const result = mergeMany(store, into, sources, () => base, { ...MANY, ...options });
  assertSound(store, result.snapshot);
  return result;
}

/** A tree of `count` directories, so that source i can change the i-th. */
function tree(count: number): ModelInode {
  const children = Array.from({ length: count }, (_, i): [string, ModelInode] => [
    `d${i}`,
    directory({
      text: file(lines(`text${i}`)),
      gone: file(lines(`gone${i}`)),
      old: file(lines(`old${i}`)),
    }),
  ]);
  return directory({ ...Object.fromEntries(children), shared: file(lines("shared")) });
}

/** Changes a directory of its own, and a line of its own of a file that all have. */
function changed(base: ModelInode, i: number): ModelInode {
  const model = copyModel(base);
  const own = model.children.get(`d${i}`)!.children;
  own.get("text")!.text = lines(`text${i}`, { 3: `by ${i}` });
  own.delete("gone");
  own.set("new", own.get("old")!);
  own.delete("old");
  own.set("added", file(`added by ${i}`, { ino: 1_000_000 }));
  own.set("more", directory({ deep: file("deep", { ino: 1_000_001 }) }, { ino: 1_000_002 }));
  model.children.get("shared")!.text = lines("shared", { [2 * i + 1]: `by ${i}` });
  return model;
}

Deno.test("disjoint changes come together in the same way in every order", async () => {
  const COUNT = 5;
  await withStore((store) => {
    const base = tree(COUNT);
    const b = storeModel(store, base);
    const sources = Array.from({ length: COUNT }, (_, i) => ({
      label: `agent-${i}`,
      snapshot: storeModel(store, changed(base, i)),
    }));
    const expected = essences(store, many(store, b, b, sources).snapshot);
    assert.equal(expected.size, 2 + COUNT * 6);
    fc.assert(
      fc.property(fc.shuffledSubarray(sources, { minLength: COUNT }), (order) => {
        const result = many(store, b, b, order);
        assert.ok(result.sources.every((source) => source.merged));
        assert.deepEqual(essences(store, result.snapshot), expected);
        assert.deepEqual(result.changes, {
          added: 4 * COUNT,
          modified: COUNT + 1,
          deleted: 2 * COUNT,
        });
      }),
      { numRuns: 40, verbose: 1 },
    );
  });
});

Deno.test("a source with conflicts is left out as a whole, and those after it are merged", async () => {
  await withStore((store) => {
    const base = tree(3);
    const into = copyModel(base);
    into.children.get("d1")!.children.get("text")!.text = lines("text1", { 3: "by main" });
    const [b, i] = [storeModel(store, base), storeModel(store, into)];
    const sources = [0, 1, 2].map((n) => ({
      label: `agent-${n}`,
      n,
      snapshot: storeModel(store, changed(base, n)),
    }));
    const asked: string[] = [];
    const result = mergeMany(
      store,
      i,
      sources,
      (source, merged) => {
        asked.push(`${source.n} after ${merged.map(({ n }) => n)}`);
        return b;
      },
      MANY,
    );
    assert.deepEqual(asked, ["0 after ", "1 after 0", "2 after 0"]);
    assert.deepEqual(result.sources.map(({ merged }) => merged), [true, false, true]);
    const conflicts = result.sources[1]!.conflicts;
    assert.deepEqual(conflicts.map(({ path, kind }) => `${path} ${kind}`), ["d1/text edit/edit"]);
    const listing = essences(store, result.snapshot);
    assert.ok(!listing.has("d1/added") && listing.has("d0/added") && listing.has("d2/added"));
    const [kept, left] = [
      many(store, b, i, [sources[0]!, sources[2]!]),
      many(store, b, i, sources),
    ];
    assert.deepEqual(essences(store, kept.snapshot), essences(store, left.snapshot));
    const decided = many(store, b, i, sources, { strategy: "theirs" });
    assert.ok(decided.sources.every(({ merged }) => merged));
    assert.equal(decided.sources[1]!.decided.length, 1);
  });
});

Deno.test("markers are kept with a single source only", async () => {
  await withStore((store) => {
    const [base, ours, theirs] = ["a\n", "b\n", "c\n"].map((text) =>
      storeModel(store, directory({ f: file(text) }))
    );
    const source = { label: "agent", snapshot: theirs! };
    const other = { label: "other", snapshot: base! };
    const one = many(store, base!, ours!, [source], { strategy: "markers" });
    assert.deepEqual([one.sources[0]!.merged, one.sources[0]!.conflicts.length], [true, 1]);
    assert.notDeepEqual(one.snapshot, ours);
    const two = many(store, base!, ours!, [source, other], { strategy: "markers" });
    assert.deepEqual(two.sources.map(({ merged }) => merged), [false, true]);
    assert.deepEqual(two.snapshot, ours);
  });
});

Deno.test("numbers stay unique over several sources that count alike", async () => {
  await withStore((store) => {
    const base = storeModel(store, tree(4));
    const sources = [0, 1, 2, 3].map((n) => ({
      label: `${n}`,
      snapshot: storeModel(store, changed(tree(4), n)),
    }));
    let next = 1_000_000;
    const result = many(store, base, base, sources, { allocateInode: () => next++ });
    assert.ok(result.highestInode >= 1_000_011);
  });
});
