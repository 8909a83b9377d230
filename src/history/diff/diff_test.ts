import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { changedDetails, kindsDiffer } from "../snapshots/compare_records.ts";
import { countChanges, type DiffOptions, diffSnapshots, withoutNested } from "./diff.ts";
import {
  copyModel,
  directory,
  file,
  listSnapshot,
  type ModelInode,
  modelPairs,
  storeModel,
  withStore,
} from "../snapshots/testing/fixtures.ts";

type Line = string;

function line(path: string, before: InodeRecord | null, after: InodeRecord | null): Line | null {
  if (before === null) return `A ${path}`;
  if (after === null) return `D ${path}`;
  if (kindsDiffer(before, after)) return `T ${path}`;
  const details = changedDetails(before, after);
  return details.length === 0 ? null : `M ${path} ${details}`;
}

/** Compares every path of both snapshots. */
function naiveDiff(store: Store, a: Snapshot | null, b: Snapshot | null): Line[] {
  const before = a === null ? new Map<string, InodeRecord>() : listSnapshot(store, a);
  const after = b === null ? new Map<string, InodeRecord>() : listSnapshot(store, b);
  const paths = new Set([...before.keys(), ...after.keys()]);
  if (a === null || b === null) paths.delete("");
  return [...paths]
    .map((path) => line(path, before.get(path) ?? null, after.get(path) ?? null))
    .filter((line) => line !== null).sort();
}

function diff(store: Store, a: Snapshot | null, b: Snapshot | null, options?: DiffOptions): Line[] {
  return [...diffSnapshots(store, a, b, options)].map(({ status, path, details }) =>
    `${status} ${path}${details.length === 0 ? "" : ` ${details}`}`
  );
}

Deno.test("the difference of random trees is that of all their paths, and is counted right", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(modelPairs, fc.nat(4), ([before, after], which) => {
        const a = which === 0 ? null : storeModel(store, before);
        const b = which === 1 ? null : storeModel(store, after);
        const expected = naiveDiff(store, a, b);
        assert.deepEqual(diff(store, a, b).sort(), expected);
        const count = (statuses: string) => expected.filter((l) => statuses.includes(l[0]!)).length;
        assert.deepEqual(countChanges(store, a, b), {
          added: count("A"),
          modified: count("MT"),
          deleted: count("D"),
        });
      }),
      { numRuns: 400, verbose: 1 },
    );
  });
});

Deno.test("the difference below paths is that part of the whole", async () => {
  const paths = fc.array(fc.constantFrom("a", "b", "a/b", "b/c/a", "dd", "x", ""), {
    maxLength: 3,
  });
  await withStore((store) => {
    fc.assert(
      fc.property(modelPairs, paths, ([before, after], paths) => {
        const [a, b] = [storeModel(store, before), storeModel(store, after)];
        const inside = (line: string) => {
          const path = line.slice(2).replace(/ [a-z,]+$/, "");
          return paths.some((p) => p === "" || path === p || path.startsWith(`${p}/`));
        };
        const expected = naiveDiff(store, a, b).filter(inside);
        assert.deepEqual(diff(store, a, b, { paths }).sort(), expected);
      }),
      { numRuns: 200, verbose: 1 },
    );
  });
});

Deno.test("a directory comes before what is in it, and a limit stops the walk", async () => {
  await withStore((store) => {
    const a = storeModel(store, directory());
    const b = storeModel(store, directory({ z: file("z"), d: directory({ e: file("e") }) }));
    assert.deepEqual(diff(store, a, b), ["A d", "A d/e", "A z"]);
    assert.deepEqual(diff(store, a, b, { limit: 2 }), ["A d", "A d/e"]);
    assert.deepEqual(diff(store, a, b, { limit: 0 }), []);
  });
});

Deno.test("times and inode numbers are no change", async () => {
  await withStore((store) => {
    const a = storeModel(store, directory({ d: directory({ f: file("x", { mtime: 5 }) }) }));
    const b = storeModel(store, directory({ d: directory({ f: file("x", { mtime: 6 }) }) }));
    assert.notDeepEqual(a, b);
    assert.deepEqual(diff(store, a, b), []);
  });
});

Deno.test("a changed linked inode shows under each name, in equal subtrees too", async () => {
  await withStore((store) => {
    const shared = file("before");
    const before = directory({
      a: directory({ one: shared, x: file("x") }),
      b: directory({ two: shared }),
      c: directory({ other: file("y") }),
    });
    const after = copyModel(before);
    after.children.get("a")!.children.get("one")!.text = "after";
    const [a, b] = [storeModel(store, before), storeModel(store, after)];
    assert.equal(a.root.content, b.root.content);
    assert.deepEqual(diff(store, a, b), ["M a/one content", "M b/two content"]);
    assert.deepEqual(diff(store, a, b, { paths: ["b"] }), ["M b/two content"]);
    assert.deepEqual(countChanges(store, a, b), { added: 0, modified: 2, deleted: 0 });
  });
});

/** Counts reads of a store. */
function counting(store: Store): { store: Store; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(store, {
    get(target, property) {
      const value = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        reads++;
        return value.apply(target, args);
      };
    },
  });
  return { store: proxy, reads: () => reads };
}

Deno.test("equal subtrees and equal pages of a large directory are not read", async () => {
  await withStore((store) => {
    const many: Record<string, ModelInode> = {};
    for (let i = 0; i < 20_000; i++) many[`file-${i}`] = file("same");
    const before = directory({ many: directory(many), one: directory({ f: file("1") }) });
    const after = copyModel(before);
    after.children.get("one")!.children.get("f")!.text = "2";
    const [a, b] = [storeModel(store, before), storeModel(store, after)];
    const walk = counting(store);
    assert.deepEqual(diff(walk.store, a, b), ["M one/f content"]);
    assert.ok(walk.reads() < 10, `${walk.reads()} reads`);
    after.children.get("many")!.children.get("file-777")!.text = "other";
    const paged = counting(store);
    assert.deepEqual(diff(paged.store, b, storeModel(store, after)), ["M many/file-777 content"]);
    assert.ok(paged.reads() < 12, `${paged.reads()} reads`);
  });
});

Deno.test("paths below other paths are dropped", () => {
  assert.deepEqual(withoutNested(["b/c", "a", "b", "a.b", "ab/c", "a"]), ["a", "a.b", "ab/c", "b"]);
  assert.deepEqual(withoutNested(["x", ""]), [""]);
});
