import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { InodeRecord } from "../../store/trees/entry.ts";
import { S_IFDIR, S_IFMT } from "../../store/trees/entry.ts";
import { assertSound } from "../snapshots/assert_sound.ts";
import { withoutNested } from "../diff/diff.ts";
import {
  copyModel,
  directory,
  file,
  freshInode,
  listSnapshot,
  modelPairs,
  storeModel,
  symlink,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { type GraftOptions, graftPaths } from "./graft.ts";
import { HistoryError } from "../commits/history_error.ts";

const OPTIONS: GraftOptions = { allocateInode: freshInode };

/** "a/b/c" → "a", "a/b". */
function parents(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join("/"));
}

/** What a restored path must have: everything but the numbers that tell inodes apart. */
function essence(record: InodeRecord) {
  const { mode, uid, gid, mtimeSec, xattrs, content, size } = record;
  const isDirectory = (mode & S_IFMT) === S_IFDIR;
  return { mode, uid, gid, mtimeSec, xattrs, ...(isDirectory ? {} : { content, size }) };
}

Deno.test("restored paths are as they were, the rest stays, and the snapshot is sound", async () => {
  let grafted = 0;
  await withStore((store) => {
    fc.assert(
      fc.property(
        modelPairs,
        fc.boolean(),
        fc.array(fc.nat(50), { minLength: 1, maxLength: 3 }),
        ([first, second], swap, picks) => {
          const from = storeModel(store, swap ? second : first);
          const into = storeModel(store, swap ? first : second);
          const [old, now] = [listSnapshot(store, from), listSnapshot(store, into)];
          const paths = [...new Set([...old.keys(), ...now.keys()])].filter((p) => p !== "");
          if (paths.length === 0) return;
          const chosen = withoutNested(picks.map((pick) => paths[pick % paths.length]!));
          const blocked = chosen.some((path) =>
            parents(path).some((p) => now.has(p) && (now.get(p)!.mode & S_IFMT) !== S_IFDIR)
          );
          if (blocked) {
            assert.throws(() => graftPaths(store, into, from, chosen, OPTIONS), HistoryError);
            return;
          }
          grafted++;
          const result = graftPaths(store, into, from, chosen, OPTIONS);
          assertSound(store, result);
          const listing = listSnapshot(store, result);
          const inside = (path: string) =>
            chosen.some((c) => path === c || path.startsWith(`${c}/`));
          const onTheWay = (path: string) => chosen.some((c) => c.startsWith(`${path}/`));
          const restoredInodes = new Set(
            [...listing].filter(([path]) => inside(path)).map(([, record]) => record.ino),
          );
          for (const [path, record] of listing) {
            if (inside(path)) assert.deepEqual(essence(record), essence(old.get(path)!), path);
            else if (!now.has(path)) {
              assert.ok(onTheWay(path), path);
              assert.deepEqual(essence(record), essence(old.get(path)!), path);
            } else if (!(record.nlink > 0 && restoredInodes.has(record.ino))) {
              assert.deepEqual(essence(record), essence(now.get(path)!), path);
              assert.equal(record.ino, now.get(path)!.ino);
            }
          }
          for (const path of old.keys()) if (inside(path)) assert.ok(listing.has(path), path);
          for (const path of now.keys()) if (!inside(path)) assert.ok(listing.has(path), path);
        },
      ),
      { numRuns: 600, verbose: 1 },
    );
  });
  assert.ok(grafted > 200, `only ${grafted} grafts`);
});

Deno.test("a file, a subtree, something that was not there, and missing parents", async () => {
  await withStore((store) => {
    const before = directory({
      d: directory({
        f: file("old"),
        sub: directory({ g: symlink("t") }, { mode: 0o700, uid: 7 }),
      }),
    });
    const from = storeModel(store, before);
    const into = storeModel(store, directory({ new: file("n"), keep: file("k") }));
    const result = graftPaths(store, into, from, ["d/sub/g", "new"], OPTIONS);
    const listing = listSnapshot(store, result);
    assert.deepEqual([...listing.keys()], ["", "d", "d/sub", "d/sub/g", "keep"]);
    assert.deepEqual([listing.get("d/sub")!.mode & 0o777, listing.get("d/sub")!.uid], [0o700, 7]);
    assertSound(store, result);
    assert.deepEqual(graftPaths(store, into, from, [""], OPTIONS), from);
  });
});

Deno.test("a path in neither, or through a file, is refused", async () => {
  await withStore((store) => {
    const from = storeModel(store, directory({ d: directory({ f: file("x") }) }));
    const into = storeModel(store, directory({ d: file("now a file") }));
    const refused = (path: string, code: string) =>
      assert.throws(() => graftPaths(store, into, from, [path], OPTIONS), (error: unknown) => {
        assert.ok(error instanceof HistoryError);
        assert.equal(error.code, code);
        return true;
      });
    refused("nothing", "unknown_path");
    refused("d/f", "not_a_directory");
  });
});

Deno.test("a number that is in use elsewhere by now is replaced", async () => {
  await withStore((store) => {
    const moved = directory({ f: file("1"), g: directory({ h: file("2") }) });
    const from = storeModel(store, directory({ a: moved }));
    const after = directory({ b: copyModel(moved) });
    const into = storeModel(store, after);
    const result = graftPaths(store, into, from, ["a"], OPTIONS);
    assertSound(store, result);
    const listing = listSnapshot(store, result);
    assert.equal(listing.get("b")!.ino, moved.ino);
    assert.notEqual(listing.get("a")!.ino, moved.ino);
    assert.notEqual(listing.get("a/g/h")!.ino, listing.get("b/g/h")!.ino);
  });
});

Deno.test("a restored name of a linked inode brings its record to the other names", async () => {
  await withStore((store) => {
    const shared = file("old");
    const before = directory({ a: shared, b: shared, d: directory({ c: shared }) });
    const after = copyModel(before);
    const now = after.children.get("a")!;
    now.text = "new";
    after.children.delete("b");
    const result = graftPaths(
      store,
      storeModel(store, after),
      storeModel(store, before),
      ["b"],
      OPTIONS,
    );
    assertSound(store, result);
    const listing = listSnapshot(store, result);
    const old = listSnapshot(store, storeModel(store, before)).get("a")!;
    for (const path of ["a", "b", "d/c"]) {
      assert.deepEqual(listing.get(path), old);
    }
  });
});

Deno.test("one restored name without the others is an ordinary file", async () => {
  await withStore((store) => {
    const shared = file("old");
    const from = storeModel(store, directory({ a: shared, b: shared }));
    const into = storeModel(store, directory({}));
    const result = graftPaths(store, into, from, ["b"], OPTIONS);
    assertSound(store, result);
    assert.equal(result.links, null);
    assert.equal(listSnapshot(store, result).get("b")!.nlink, 1);
    assert.equal(result.root.size, 3);
  });
});
