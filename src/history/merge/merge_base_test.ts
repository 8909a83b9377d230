import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type ObjectId, parseObjectId } from "../../store/format/object_id.ts";
import type { CommitInfo } from "../commits/commit.ts";
import { directory, file, storeModel, withStore } from "../snapshots/testing/fixtures.ts";
import { History } from "../history.ts";
import { mergeBase, mergeBases } from "./merge_base.ts";

/** A history without a store: commit i has the parents and time that are given for it. */
class Graph {
  reads = 0;
  readonly #commits = new Map<ObjectId, CommitInfo>();

  constructor(commits: readonly { parents: readonly number[]; time: number }[]) {
    for (const [i, { parents, time }] of commits.entries()) {
      const id = Graph.id(i);
      const commit = { id, parents: parents.map(Graph.id), time } as unknown as CommitInfo;
      this.#commits.set(id, commit);
    }
  }

  static id(index: number): ObjectId {
    return parseObjectId(index.toString(16).padStart(64, "0"))!;
  }

  commitInfo(id: ObjectId): CommitInfo {
    this.reads++;
    return this.#commits.get(id)!;
  }

  ancestors(id: ObjectId): Set<ObjectId> {
    const found = new Set([id]);
    for (const each of found) {
      for (const parent of this.#commits.get(each)!.parents) found.add(parent);
    }
    return found;
  }

  /** Common ancestors that are no ancestor of another. */
  bestAncestors(a: ObjectId, b: readonly ObjectId[]): Set<ObjectId> {
    const others = b.map((id) => this.ancestors(id));
    const common = [...this.ancestors(a)].filter((id) => others.some((set) => set.has(id)));
    return new Set(
      common.filter((id) => !common.some((other) => other !== id && this.ancestors(other).has(id))),
    );
  }
}

const graphs = fc.array(
  fc.record({
    parents: fc.array(fc.nat(1000), { minLength: 0, maxLength: 3 }),
    step: fc.integer({ min: -3, max: 5 }),
  }),
  { minLength: 2, maxLength: 30, size: "max" },
).map((commits) => {
  let time = 1_700_000_000_000;
  return commits.map(({ parents, step }, i) => ({
    parents: i === 0 ? [] : [...new Set(parents.map((parent) => parent % i))],
    time: time += step,
  }));
});

Deno.test("the best common ancestors of random histories, with clocks that go back a little", () => {
  fc.assert(
    fc.property(graphs, fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (c, a, b) => {
      const graph = new Graph(c);
      const first = Graph.id(a % c.length);
      const second = b.map((index) => Graph.id(index % c.length));
      const expected = graph.bestAncestors(first, second);
      const found = mergeBases(graph, first, second);
      assert.deepEqual(new Set(found.map(({ id }) => id)), expected);
      assert.deepEqual(mergeBases(graph, second, first), found);
      assert.equal(mergeBase(graph, first, second), found[0] ?? null);
    }),
    { numRuns: 1000, verbose: 1 },
  );
});

Deno.test("only the part of the history is read that differs", () => {
  const commits = Array.from({ length: 50_000 }, (_, i) => ({
    parents: i === 0 ? [] : [i - 1],
    time: 1_000_000 * i,
  }));
  const [tip, side] = [commits.length, commits.length + 1];
  commits.push({ parents: [49_900], time: 1_000_000 * 50_010 });
  commits.push({ parents: [49_999], time: 1_000_000 * 50_011 });
  const graph = new Graph(commits);
  assert.equal(mergeBase(graph, Graph.id(tip), Graph.id(side))?.id, Graph.id(49_900));
  assert.ok(graph.reads < 110, `${graph.reads} commits read`);
});

Deno.test("of several best ancestors the newest is taken, then the lowest id", () => {
  const crossed = (first: number, second: number) =>
    new Graph([
      { parents: [], time: 1 },
      { parents: [0], time: first },
      { parents: [0], time: second },
      { parents: [1, 2], time: 10 },
      { parents: [2, 1], time: 11 },
    ]);
  const base = (graph: Graph) => mergeBase(graph, Graph.id(3), Graph.id(4))?.id;
  assert.equal(base(crossed(2, 3)), Graph.id(2));
  assert.equal(base(crossed(3, 2)), Graph.id(1));
  assert.equal(base(crossed(2, 2)), Graph.id(1));
});

Deno.test("from a real history: branches, and one merged into the other", async () => {
  await withStore((store) => {
    const history = new History(store);
    let count = 0;
    const commit = (branch: string, parents: ObjectId[]) =>
      history.save({
        branch,
        snapshot: storeModel(store, directory({ f: file(`${count++}`) })),
        segment: 0,
        nextInode: 100,
        commit: { label: "", message: "", kind: "checkpoint", agent: null, parents },
      })!.id;
    const root = commit("main", []);
    const one = commit("main", [root]);
    const side = commit("side", [root]);
    assert.equal(mergeBase(history, one, side)?.id, root);
    const merged = commit("main", [one, side]);
    const more = commit("side", [side]);
    assert.equal(mergeBase(history, merged, more)?.id, side);
    assert.equal(mergeBase(history, merged, side)?.id, side);
    assert.equal(mergeBase(history, merged, merged)?.id, merged);
    assert.equal(mergeBase(history, more, commit("alone", [])), null);
    const third = commit("third", [more]);
    assert.equal(mergeBase(history, third, [one, more])?.id, more);
  });
});
