/**
 * What directories, files and file systems there are, beyond what a model of them has.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { binaryString } from "../../ffi/binary_string.ts";
import { run } from "../source/testing/fixtures.ts";
import { directory, file, storeModel, withStore } from "../history/snapshots/testing/fixtures.ts";
import { runAtOnce } from "../store/format/sliced.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import type { Snapshot } from "../store/trees/entry.ts";
import { ApplyError, type ApplyOutcome, applySnapshot, planOf } from "./apply_snapshot.ts";
import { lookAtDirectory } from "./testing/fixtures.ts";

interface Place {
  readonly store: StoreWriter;
  /** An empty directory with nothing else beside what `has` makes there. */
  readonly at: string;
  /** Makes `at/NAME` with a shell script and takes a snapshot of it. */
  has(name: string, script: string): Promise<Snapshot>;
  /** Makes `at/NAME` what `to` is, from what it is now. */
  apply(name: string, to: Snapshot, only?: readonly string[]): Promise<ApplyOutcome>;
}

function inPlace(use: (place: Place) => Promise<void>): () => Promise<void> {
  return () =>
    withStore(async (store) => {
      const at = await Deno.makeTempDir({ prefix: "agentvfs-apply-" });
      try {
        await use({
          store,
          at,
          has: async (name, script) => {
            Deno.mkdirSync(`${at}/${name}`);
            await run(["bash", "-ec", script], `${at}/${name}`);
            return lookAtDirectory(store, `${at}/${name}`);
          },
          apply: async (name, to, only) => {
            const root = `${at}/${name}`;
            const from = await lookAtDirectory(store, root);
            const job = { store, root: binaryString(root), from, to, plan: `${at}/plan` };
            return runAtOnce(applySnapshot(only === undefined ? job : { ...job, only }));
          },
        });
      } finally {
        // Deno.remove recurses.
        await run(["bash", "-c", 'chmod -R u+rwx "$0"; rm -rf "$0"', at]);
      }
    });
}

/** What python sees there: kinds, modes, owners, contents, times, attributes and links. */
async function manifest(path: string, ignored: string): Promise<string> {
  const script = fileURLToPath(new URL("../../tests/support/manifest.py", import.meta.url));
  const text = await run(["python3", script, path]);
  return text.split("\n").slice(1)
    .map((line) => line.replace(new RegExp(ignored, "g"), "")).join("\n");
}

/** Times of directories are nature's. */
const DIRECTORY_TIMES = '(?<="type": ?"directory".*)"mtime": ?-?\\d+,? ?';

const RICH = `
  mkdir -p a/b/c empty; printf one > a/one; ln a/one a/b/two; ln -s ../nowhere a/link
  head -c 200000 /dev/urandom > a/large; truncate -s 3M a/b/sparse; printf end >> a/b/sparse
  printf middle | dd of=a/b/sparse bs=1 seek=1000000 conv=notrunc 2>/dev/null
  mkfifo -m 620 a/fifo
  python3 -c 'import os; os.setxattr("a/large", "user.note", b"v"); os.setxattr("empty", "user.d", b"v")'
  chmod 4751 a/one; chmod 1777 empty; touch -d '1999-01-02 03:04:05.678901234' a/large a/b/c
  python3 -c 'open(b"a/\\xff\\xfe", "w").write("not UTF-8")'
  : > a/empty
`;

Deno.test(
  "a snapshot becomes a directory that was not there, or was empty, as python sees it",
  inPlace(async ({ at, store, has }) => {
    const to = await has("source", RICH);
    Deno.mkdirSync(`${at}/there`);
    for (const name of ["there", "new"]) {
      const job = { store, root: binaryString(`${at}/${name}`), from: null, to, plan: null };
      const outcome = runAtOnce(applySnapshot(job));
      assert.deepEqual([outcome.leftAlone, outcome.notKept], [[], []]);
      assert.equal(
        await manifest(`${at}/${name}`, DIRECTORY_TIMES),
        await manifest(`${at}/source`, DIRECTORY_TIMES),
      );
    }
    const time = (path: string) => fs.lstatSync(`${at}/${path}`).mtimeMs;
    assert.equal(time("new/a/b/c"), time("source/a/b/c"), "what is made has its time");
    assert.ok(fs.statSync(`${at}/new/a/b/sparse`).blocks < 100, "holes are holes");
  }),
);

Deno.test(
  "between any two of these there and back",
  inPlace(async ({ at, has, apply }) => {
    const rich = await has("rich", RICH);
    const other = await has(
      "other",
      `mkdir -p a/large/x empty2; printf two > a/one; printf three > a/b; ln a/one a/two; mkfifo a/link
       python3 -c 'open(b"a/\\xff\\xfe", "w").write("other")'`,
    );
    const before = await manifest(`${at}/rich`, DIRECTORY_TIMES);
    const wanted = await manifest(`${at}/other`, DIRECTORY_TIMES);
    assert.deepEqual((await apply("rich", other)).leftAlone, []);
    assert.equal(await manifest(`${at}/rich`, DIRECTORY_TIMES), wanted);
    assert.deepEqual((await apply("rich", rich)).leftAlone, []);
    assert.equal(await manifest(`${at}/rich`, DIRECTORY_TIMES), before);
    const nothing = await apply("rich", rich);
    assert.deepEqual([nothing.written, nothing.deleted], [0, 0]);
  }),
);

Deno.test(
  "only what was asked for is touched",
  inPlace(async ({ at, has, apply }) => {
    await has(
      "project",
      "mkdir -p d/e kept; printf 1 > d/x; printf 1 > d/y; printf 1 > d/e/z; printf 1 > f",
    );
    const to = await has(
      "to",
      "mkdir -p d/e new/deep kept; printf 2 > d/x; printf 2 > d/y; printf 2 > new/deep/n; printf 2 > new/m; mkdir f; printf 2 > f/g",
    );
    const { leftAlone } = await apply("project", to, ["d/x", "d/e/z", "new/deep", "f/g"]);
    assert.deepEqual(leftAlone.map(({ path }) => path), ["f"]);
    const read = (path: string) => Deno.readTextFileSync(`${at}/project/${path}`);
    assert.deepEqual([read("d/x"), read("d/y"), read("new/deep/n"), read("f")], [
      "2",
      "1",
      "2",
      "1",
    ]);
    assert.deepEqual([...fs.readdirSync(`${at}/project/d/e`)], []);
    assert.deepEqual([...fs.readdirSync(`${at}/project/new`)], ["deep"]);
  }),
);

Deno.test(
  "no symbolic link leads out of the directory",
  inPlace(async ({ at, store, has }) => {
    const from = await has("project", "mkdir -p d/e; printf 1 > d/f; printf 1 > d/e/gone");
    const to = await has("to", "mkdir -p d/e; printf 2 > d/f; printf 2 > d/new");
    Deno.mkdirSync(`${at}/outside`);
    Deno.renameSync(`${at}/project/d`, `${at}/outside/d`);
    Deno.symlinkSync(`${at}/outside/d`, `${at}/project/d`);
    const before = await manifest(`${at}/outside`, "$^");
    const job = { store, root: binaryString(`${at}/project`), from, to, plan: null };
    const { leftAlone, written, deleted } = runAtOnce(applySnapshot(job));
    assert.deepEqual(
      leftAlone.map(({ path, reason }) => `${path}: ${reason}`).sort(),
      ["d/f", "d/new"].map((path) => `${path}: its directory became something else`),
    );
    assert.deepEqual([written, deleted], [0, 0]);
    assert.equal(await manifest(`${at}/outside`, "$^"), before);
  }),
);

Deno.test(
  "paths longer than a system call takes",
  inPlace(async ({ at, has, apply, store }) => {
    const script = `
import os, sys
for i in range(60):
    os.mkdir("d" * 100); os.chdir("d" * 100)
    open("f", "w").write(sys.argv[1] + str(i))
`;
    const to = await has("to", `python3 -c '${script}' two`);
    await has("project", `python3 -c '${script}' one`);
    assert.deepEqual((await apply("project", to)).leftAlone, []);
    const same = await lookAtDirectory(store, `${at}/project`);
    assert.equal(same.root.entries, 120);
    assert.equal((await apply("project", to)).written, 0);
  }),
);

Deno.test(
  "another directory at the path, and none, are refused",
  inPlace(async ({ at, store, has }) => {
    const from = await has("project", "printf 1 > f");
    Deno.renameSync(`${at}/project`, `${at}/moved`);
    const job = { store, root: binaryString(`${at}/project`), from, to: from, plan: null };
    const fails = (code: string) =>
      assert.throws(
        () => runAtOnce(applySnapshot(job)),
        (error) => error instanceof ApplyError && error.code === code,
      );
    fails("root_missing");
    Deno.mkdirSync(`${at}/project`);
    fails("root_replaced");
  }),
);

Deno.test(
  "a name too long for the file system there is refused before the first change",
  inPlace(async ({ at, has, store }) => {
    const from = await has("project", "printf 1 > f");
    const name = "n".repeat(256);
    const { root, links } = storeModel(
      store,
      directory({ f: file("2"), [name]: file("too long") }),
    );
    const to = { root: { ...root, ino: from.root.ino }, links };
    const plan = `${at}/plan`;
    assert.throws(
      () =>
        runAtOnce(applySnapshot({ store, root: binaryString(`${at}/project`), from, to, plan })),
      (error) =>
        error instanceof ApplyError && error.code === "name_too_long" && error.path === name,
    );
    assert.equal(planOf(plan), null);
    assert.deepEqual(fs.readdirSync(`${at}/project`), ["f"]);
    assert.equal(Deno.readTextFileSync(`${at}/project/f`), "1");
  }),
);
