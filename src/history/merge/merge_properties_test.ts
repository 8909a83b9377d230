import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Store } from "../../store/store.ts";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import { countChanges } from "../diff/diff.ts";
import {
  directory,
  file,
  type Listing,
  listSnapshot,
  storeModel,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import {
  conflictLines,
  essence,
  essences,
  linkedPaths,
  merge,
  mirroredLines,
  type Triple,
  triples,
} from "./testing/fixtures.ts";
import { lines } from "./testing/git_operations.ts";
import type { MergeResult, MergeStrategy } from "./merge_types.ts";

const NOTHING = { added: 0, modified: 0, deleted: 0 };

const ORIGINAL = file(lines("text"));
const EDITED = { ...ORIGINAL, text: lines("text", { 1: "edited" }) };
const COPY = file(ORIGINAL.text, { mode: 0o600 });
/** Sides that moved nothing, but one made a copy: by the conflict when they are merged again. */
const COPIES: Record<string, Triple> = {
  "a rename/delete": {
    base: directory({ a: ORIGINAL }),
    ours: directory({ a: ORIGINAL, c: COPY }),
    theirs: directory(),
  },
  "a delete/edit": {
    base: directory({ a: ORIGINAL }),
    ours: directory({ c: COPY }),
    theirs: directory({ a: EDITED }),
  },
};

const MOVED = file(lines("text"), { mode: 0o600, xattr: "x" });
/** Ours has another file where it moved one away from, which goes where theirs moved that one to. */
const REPLACED: Triple = {
  base: directory({ f: MOVED }),
  ours: directory({ a: MOVED, f: file(EDITED.text) }),
  theirs: directory({ e: MOVED }),
};

const [FIRST, SECOND] = [file(lines("text"), { mode: 0o755, xattr: "x" }), file(lines("text"))];
/** Ours gives a file a second name, and an owner to the one in whose place theirs puts it. */
const PUT_OVER: Triple = {
  base: directory({ a: SECOND, e: FIRST }),
  ours: directory({ a: SECOND, b: SECOND, e: { ...FIRST, uid: 1000 } }),
  theirs: directory({ e: SECOND }),
};

Deno.test("merging a branch without changes is the identity", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(triples(), ({ base, ours }) => {
        const [b, o] = [storeModel(store, base), storeModel(store, ours)];
        const result = merge(store, b, o, b);
        assert.deepEqual(result.snapshot, o);
        assert.deepEqual(result.conflicts, []);
        assert.deepEqual(result.changes, NOTHING);
      }),
      { numRuns: 100, verbose: 1 },
    );
  });
});

Deno.test("where ours is the base the result is theirs, hard links too", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(triples(), ({ base, theirs }) => {
        const [b, t] = [storeModel(store, base), storeModel(store, theirs)];
        const result = merge(store, b, b, t);
        assert.deepEqual(result.conflicts, []);
        assert.deepEqual(essences(store, result.snapshot), essences(store, t));
        assert.deepEqual(linkedPaths(store, result.snapshot), linkedPaths(store, t));
        assert.deepEqual(result.changes, countChanges(store, b, t));
      }),
      { numRuns: 3000, verbose: 1 },
    );
  });
});

Deno.test("what both sides have in common merges cleanly", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(triples(), ({ base, ours }) => {
        const [b, o] = [storeModel(store, base), storeModel(store, ours)];
        const result = merge(store, b, o, o);
        assert.deepEqual(result.conflicts, []);
        assert.deepEqual(result.snapshot, o);
      }),
      { numRuns: 100, verbose: 1 },
    );
  });
});

Deno.test("the sides may be exchanged: the same conflicts, and a clean result is the same", async () => {
  let clean = 0;
  await withStore((store) => {
    fc.assert(
      fc.property(triples(), ({ base, ours, theirs }) => {
        const [b, o, t] = [base, ours, theirs].map((model) => storeModel(store, model));
        const forth = merge(store, b!, o!, t!);
        const back = merge(store, b!, t!, o!);
        assert.deepEqual(conflictLines(forth).sort(), mirroredLines(back));
        if (forth.conflicts.length > 0) return;
        clean++;
        assert.deepEqual(essences(store, forth.snapshot), essences(store, back.snapshot));
      }),
      { numRuns: 4000, verbose: 1, examples: [[PUT_OVER]] },
    );
  });
  assert.ok(clean > 150, `only ${clean} clean merges`);
});

Deno.test("merging the same again changes nothing", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(triples(), triples(false), fc.boolean(), (moved, unmoved, withMoves) => {
        const { base, ours, theirs } = withMoves ? moved : unmoved;
        const [b, o, t] = [base, ours, theirs].map((model) => storeModel(store, model));
        const once = merge(store, b!, o!, t!);
        fc.pre(once.conflicts.length === 0);
        const twice = merge(store, b!, once.snapshot, t!);
        if (twice.conflicts.length === 0) assert.deepEqual(twice.changes, NOTHING);
        else assertSameBut(store, once, twice);
        // A file that was moved and then changed beyond recognition, or deleted by the other side, is a conflict.
        const isMoved = [o!, t!].some((side) => hasCopies(store, b!, side));
        if (!withMoves && !isMoved) assert.deepEqual(twice.conflicts, []);
      }),
      {
        numRuns: 300,
        verbose: 1,
        examples: [
          ...Object.values(COPIES).map((triple) =>
            [triple, triple, false] as [Triple, Triple, boolean]
          ),
          [REPLACED, REPLACED, true],
        ],
      },
    );
  });
});

/** No snapshot tells a copy whose original is gone from the original, moved. */
Deno.test("merging again, a copy of what is gone since the base counts as that, moved", async () => {
  await withStore((store) => {
    for (const [conflict, { base, ours, theirs }] of Object.entries(COPIES)) {
      const [b, o, t] = [base, ours, theirs].map((model) => storeModel(store, model));
      assert.ok(hasCopies(store, b!, o!));
      const once = merge(store, b!, o!, t!);
      assert.deepEqual(once.conflicts, []);
      const twice = merge(store, b!, once.snapshot, t!);
      assert.deepEqual(conflictLines(twice), [conflict]);
      assert.deepEqual(twice.changes, NOTHING);
    }
  });
});

Deno.test("every path of the result comes from a side, whatever the strategy", async () => {
  const strategies: MergeStrategy[] = ["conflict", "ours", "theirs", "union", "markers"];
  await withStore((store) => {
    fc.assert(
      fc.property(triples(), fc.constantFrom(...strategies), (models, strategy) => {
        const [b, o, t] = [models.base, models.ours, models.theirs].map((model) =>
          storeModel(store, model)
        );
        const result = merge(store, b!, o!, t!, { strategy });
        const [mine, other] = [listSnapshot(store, o!), listSnapshot(store, t!)];
        for (const path of listSnapshot(store, result.snapshot).keys()) {
          assert.ok(mine.has(path) || other.has(path), path);
        }
        if (strategy === "ours" || strategy === "theirs") {
          assert.deepEqual(result.conflicts, []);
          assert.equal(result.decided.length, merge(store, b!, o!, t!).conflicts.length);
        }
        assert.deepEqual(result.changes, countChanges(store, o!, result.snapshot));
      }),
      { numRuns: 400, verbose: 1 },
    );
  });
});

/** Path by path, without hard links and renames: who changed it alone, has it. */
Deno.test("a path that one side changed is as that side has it", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(triples(false), (models) => {
        const [b, o, t] = [models.base, models.ours, models.theirs].map((model) =>
          storeModel(store, model)
        );
        const result = merge(store, b!, o!, t!);
        const [base, ours, theirs] = [b!, o!, t!].map((s) => essences(store, s));
        const merged = essences(store, result.snapshot);
        const moved = new Set(result.conflicts.flatMap((c) => [c.oursPath, c.theirsPath]));
        const inConflict = (path: string) =>
          moved.has(path) ||
          result.conflicts.some((c) => c.path === path || path.startsWith(`${c.path}/`));
        const contents = [base, ours, theirs].map((list) =>
          new Set([...list!.values()].map(contentOf))
        );
        for (const path of new Set([...base!.keys(), ...ours!.keys(), ...theirs!.keys()])) {
          const [x, y, z] = [base!.get(path), ours!.get(path), theirs!.get(path)];
          const isDirectory = [x, y, z].some((e) => e?.includes('"4'));
          // Directories come and go with what is in them, and equal contents may be renames.
          if (isDirectory || inConflict(path)) continue;
          if (x !== undefined && (y === undefined || z === undefined)) {
            if (contents[1]!.has(contentOf(x)) || contents[2]!.has(contentOf(x))) continue;
          }
          if (y === z || x === z) {
            if (x === undefined && y !== undefined && contents[0]!.has(contentOf(y))) continue;
            assert.equal(merged.get(path), y, path);
          } else if (x === y) {
            if (x === undefined && contents[0]!.has(contentOf(z!))) continue;
            assert.equal(merged.get(path), z, path);
          }
        }
      }),
      { numRuns: 400, verbose: 1 },
    );
  });
});

Deno.test("what is not among the paths that are asked for stays as ours", async () => {
  const path = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 });
  const paths = fc.array(path.map((names) => names.join("/")), { minLength: 1, maxLength: 3 });
  await withStore((store) => {
    fc.assert(
      fc.property(triples(), paths, (models, paths) => {
        const [b, o, t] = [models.base, models.ours, models.theirs].map((model) =>
          storeModel(store, model)
        );
        const result = merge(store, b!, o!, t!, { paths });
        const [mine, merged] = [o!, result.snapshot].map((s) => listSnapshot(store, s));
        const covers = (path: string) =>
          paths.some((p) => p === path || path.startsWith(`${p}/`) || p.startsWith(`${path}/`));
        // A change follows the file to where ours moved it, and shows at every name of a hard link.
        const moved = new Set<unknown>();
        for (const [path, { content, ino }] of listSnapshot(store, b!)) {
          if (covers(path)) moved.add(content).add(ino);
        }
        for (const snapshot of [o!, t!, result.snapshot]) {
          for (const { nlink, ino, entries } of listSnapshot(store, snapshot).values()) {
            if (nlink > 1 && entries === 0) moved.add(ino);
          }
        }
        const isMoved = (record: InodeRecord | undefined) =>
          record !== undefined && (moved.has(record.content) || moved.has(record.ino));
        for (const path of new Set([...mine!.keys(), ...merged!.keys()])) {
          const [before, after] = [mine!.get(path), merged!.get(path)];
          if (path === "" || covers(path) || isMoved(before) || isMoved(after)) continue;
          assert.equal(after && essence(after), before && essence(before), path);
        }
      }),
      { numRuns: 300, verbose: 1 },
    );
  });
});

/**
 * Nothing changed but extended attributes of what is in conflict: where a file is not known again it is new on both
 * sides, and the attributes of both come together.
 */
function assertSameBut(store: Store, once: MergeResult, twice: MergeResult): void {
  const before = listSnapshot(store, once.snapshot);
  const inConflict = new Set(
    twice.conflicts.flatMap(({ path, oursPath, theirsPath }) =>
      [path, oursPath, theirsPath].map((at) => at !== undefined && before.get(at)?.ino)
    ),
  );
  const shown = (listing: Listing) =>
    [...listing].sort().map(([path, record]) => [
      path,
      essence(inConflict.has(record.ino) ? { ...record, xattrs: null } : record),
    ]);
  assert.deepEqual(shown(listSnapshot(store, twice.snapshot)), shown(before));
}

/** True if a file that is new has the content of one that the base had: it may be that one, moved. */
function hasCopies(store: Store, base: Snapshot, side: Snapshot): boolean {
  const before = essences(store, base);
  const isFile = (essence: string | undefined) =>
    essence !== undefined && contentOf(essence) !== DIRECTORY;
  const contents = new Set([...before.values()].filter(isFile).map(contentOf));
  return [...essences(store, side)].some(([path, essence]) =>
    isFile(essence) && !isFile(before.get(path)) && contents.has(contentOf(essence))
  );
}

/** {@linkcode contentOf} a directory. */
const DIRECTORY = "true";

function contentOf(essence: string): string {
  return JSON.stringify(JSON.parse(essence).at(-1));
}
