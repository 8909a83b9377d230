import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as fc from "fast-check";
import { binaryString } from "../../ffi/binary_string.ts";
import {
  directory,
  file,
  type ModelInode,
  modelPairs,
  symlink,
  withStore,
} from "../history/snapshots/fixtures.ts";
import { runAtOnce } from "../store/format/sliced.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { applySnapshot } from "./apply_snapshot.ts";
import {
  asOnDisk,
  expected,
  lookAtDirectory,
  observe,
  type Seen,
  storeRenumbered,
  withoutTimes,
  writeModel,
} from "./testing/fixtures.ts";

/** Makes a directory of one model and applies another to it; returns the directory. */
async function applyModel(
  store: StoreWriter,
  before: ModelInode,
  after: ModelInode,
  use: (root: string, seen: Seen) => void,
): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "agentvfs-apply-" });
  const root = `${place}/project`;
  try {
    Deno.mkdirSync(root);
    writeModel(root, before);
    const from = await lookAtDirectory(store, root);
    const seen = observe(root);
    const to = storeRenumbered(store, before, from, after);
    const outcome = runAtOnce(
      applySnapshot({ store, root: binaryString(root), from, to, plan: `${place}/plan` }),
    );
    assert.deepEqual(outcome.leftAlone, []);
    assert.deepEqual(outcome.notKept, []);
    assert.equal(fs.existsSync(`${place}/plan`), false);
    use(root, seen);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** True if the path, and all below it, is to be what it was. */
function isSame(path: string, was: Seen, is: Seen): boolean {
  const start = path === "" ? "" : `${path}/`;
  const below = (seen: Seen) =>
    JSON.stringify([...seen].filter(([at]) => at === path || at.startsWith(start)));
  return below(was) === below(is);
}

Deno.test("every kind of change is carried out", async () => {
  const linked = file("linked");
  const before = directory({
    edited: file("one"),
    gone: file("gone"),
    mode: file("mode"),
    link: symlink("old"),
    "file becomes directory": file("f"),
    "directory becomes file": directory({ x: file("x"), y: directory({ z: file("z") }) }),
    old: directory({ inner: directory({ leaf: file("leaf") }) }),
    a: linked,
    same: directory({ untouched: file("untouched") }),
  });
  const after = directory({
    edited: file("two", { mtime: 77 }),
    mode: file("mode", { mode: 0o755, xattr: "note", uid: 1000 }),
    link: symlink("new"),
    "file becomes directory": directory({ inside: file("inside") }, { mode: 0o700 }),
    "directory becomes file": file("now a file"),
    fresh: directory({ empty: directory({}, { mode: 0o555 }) }),
    a: linked,
    b: linked,
    same: directory({ untouched: file("untouched") }),
  });
  await withStore((store) =>
    applyModel(store, before, after, (root) => {
      assert.deepEqual(withoutTimes(observe(root)), withoutTimes(expected(after)));
      assert.equal(observe(root).get("edited")!.mtime, "77000000000");
    })
  );
});

Deno.test("random directories become others", async () => {
  const modelsOnDisk = modelPairs.map(([a, b]) => [asOnDisk(a), asOnDisk(b)] as const);
  await withStore((store) =>
    fc.assert(
      fc.asyncProperty(modelsOnDisk, ([before, after]) =>
        applyModel(store, before, after, (root, seen) => {
          const now = observe(root);
          assert.deepEqual(withoutTimes(now), withoutTimes(expected(after)));
          const [was, is] = [expected(before), expected(after)];
          for (const path of is.keys()) {
            if (isSame(path, was, is)) {
              assert.equal(now.get(path)!.inode, seen.get(path)!.inode, path);
            }
          }
        })),
      { numRuns: 60, verbose: 1 },
    )
  );
});
