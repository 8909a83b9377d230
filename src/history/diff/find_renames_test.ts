import assert from "node:assert/strict";
import { S_IFREG } from "../../store/trees/entry.ts";
import type { SnapshotChange } from "../snapshots/snapshot_walk.ts";
import {
  directory,
  file,
  type ModelInode,
  storeModel,
  symlink,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { listChanges } from "./diff.ts";
import { findRenames } from "./find_renames.ts";

function lines(count: number, word: string): string {
  return Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join("");
}

/** `old → new 95` of each file that was moved. */
async function renames(before: ModelInode, after: ModelInode): Promise<string[]> {
  return await withStore((store) => {
    const changes = listChanges(store, storeModel(store, before), storeModel(store, after));
    return [...findRenames(store, changes)]
      .map(([to, { from, similarity }]) => `${from.path} → ${to.path} ${similarity}`).sort();
  });
}

Deno.test("a file at another path is the same, if its content is", async () => {
  assert.deepEqual(
    await renames(
      directory({ a: file("x"), d: directory({ l: symlink("t") }), stays: file("s") }),
      directory({ b: file("x"), m: symlink("t"), stays: file("s") }),
    ),
    ["a → b 100", "d/l → m 100"],
  );
});

Deno.test("of several with one content, those with the same inode, then the same name, belong together", async () => {
  const moved = file("x");
  assert.deepEqual(
    await renames(
      directory({ a: file("x"), b: moved, c: file("x") }),
      directory({ d: directory({ c: file("x"), e: moved }) }),
    ),
    ["b → d/e 100", "c → d/c 100"],
  );
});

Deno.test("very many files with one content are paired without looking at all pairs", async () => {
  await withStore((store) => {
    const record = storeModel(store, directory({ f: file("same") })).root;
    const looks = (count: number) => {
      let looks = 0;
      const change = (i: number, side: "before" | "after"): SnapshotChange => ({
        path: `${side}${i}`,
        status: side === "before" ? "D" : "A",
        details: [],
        before: null,
        after: null,
        get [side]() {
          looks++;
          return { ...record, mode: S_IFREG, ino: side === "before" ? i : -i };
        },
      });
      const changes = Array.from({ length: count }, (_, i) => i + 1)
        .flatMap((i) => [change(i, "before"), change(i, "after")]);
      assert.equal(findRenames(store, changes).size, count);
      return looks;
    };
    assert.ok(looks(1600) < 10 * looks(200));
  });
});

Deno.test("a file that was moved and edited is found by half of its bytes, the most alike first", async () => {
  const text = lines(100, "line");
  assert.deepEqual(
    await renames(
      directory({ a: file(text), b: file(lines(50, "line") + lines(50, "other")) }),
      directory({ c: file(text.replace("line 7\n", "changed\n")), d: file(lines(100, "new")) }),
    ),
    ["a → c 98"],
  );
});

Deno.test("empty files, copies and links that became files are no renames", async () => {
  assert.deepEqual(
    await renames(
      directory({ a: file(""), b: file("stays"), c: symlink("stays") }),
      directory({ d: file(""), b: file("stays"), e: file("stays") }),
    ),
    [],
  );
});

Deno.test("a large directory that was moved and edited is found by the names in it", async () => {
  const files = (edit: string) =>
    directory(Object.fromEntries(
      Array.from({ length: 600 }, (_, i) => [`f${i}`, file(lines(9, `${i}`) + edit)]),
    ));
  const found = await renames(
    directory({ a: files("") }),
    directory({ b: directory({ c: files("x\n") }) }),
  );
  assert.equal(found.length, 600);
  for (const line of found) assert.match(line, /^a\/(f\d+) → b\/c\/\1 9\d$/);
});

Deno.test("files without lines can be alike, too", async () => {
  const bytes = Array.from({ length: 64 * 40 }, (_, i) => String.fromCharCode(i * 7919 % 251)).join(
    "",
  );
  assert.deepEqual(
    await renames(directory({ a: file(bytes) }), directory({ b: file(bytes + "\0more") })),
    ["a → b 97"],
  );
});
