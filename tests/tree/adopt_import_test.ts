/** The end of an import of a project that was changed from outside meanwhile. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { binaryString } from "../../ffi/binary_string.ts";
import { SourceDirectory } from "../../src/source/read_source.ts";
import { S_IFREG } from "../../src/store/trees/entry.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal } from "../../src/tree/journal/journal.ts";
import { rename } from "../../src/tree/operations/names.ts";
import { readTarget } from "../../src/tree/operations/read.ts";
import { adoptImport } from "../../src/tree/rollback/adopt_import.ts";
import { FIRST_OWN_INODE, WorkingTree } from "../../src/tree/working_tree.ts";
import { dump, Fixture, make, writeText } from "./fixture.ts";

/** A tree of a project that is not imported yet, until it is. What it shows then is what a checkpoint of it stores. */
async function whileImporting(
  prepare: (project: string) => void,
  work: (tree: WorkingTree) => void,
  meanwhile: (project: string) => void,
): Promise<Map<string, unknown>> {
  const fixture = new Fixture();
  try {
    const project = `${fixture.directory}/project`;
    fs.mkdirSync(project);
    prepare(project);
    const source = new SourceDirectory(binaryString(project));
    const root = source.root();
    assert.ok(typeof root !== "number");
    const journal = new Journal(`${fixture.directory}/journal-of-project`);
    const start = { source: root };
    const tree = new WorkingTree(fixture.store, source, journal, start, FIRST_OWN_INODE);
    journal.begin(1);
    work(tree);
    meanwhile(project);
    const snapshot = await fixture.import(source);
    adoptImport(tree, snapshot);
    source.close();
    const adopted = dump(tree);
    const loaded = fixture.open(fixture.checkpoint(() => {}, tree), 2);
    assert.deepEqual(dump(loaded), adopted);
    loaded.journal.close();
    journal.close();
    return adopted;
  } finally {
    fixture.close();
  }
}

const LISTED = "as it was listed";

/** What becomes of the file meanwhile, and the size that it has then if the mount changed no bytes of it. */
const CASES: readonly [what: string, change: (path: string) => void, size: number][] = [
  ["grew", (path) => fs.appendFileSync(path, ", and more"), LISTED.length + 10],
  ["grew out of a blob", (path) => fs.writeFileSync(path, "x".repeat(300_000)), 300_000],
  ["shrank", (path) => fs.truncateSync(path, 5), 5],
  ["was emptied", (path) => fs.truncateSync(path, 0), 0],
  ["was removed", (path) => fs.unlinkSync(path), 0],
  ["became a directory", (path) => {
    fs.unlinkSync(path);
    fs.mkdirSync(path);
    fs.writeFileSync(`${path}/in it`, "text");
  }, 0],
];

for (const [what, change, size] of CASES) {
  for (const isWritten of [false, true]) {
    const how = isWritten ? "written to" : "moved";
    Deno.test(`a file that ${what} before it was imported, and was ${how} in the mount, is stored as it is there`, async () => {
      const state = await whileImporting(
        (project) => fs.writeFileSync(`${project}/a`, LISTED),
        (tree) => {
          rename(tree, tree.root, "a", tree.root, "b", 0);
          if (isWritten) writeText(tree, tree.lookup(tree.root, "b") as Inode, 0, "AS");
        },
        (project) => change(`${project}/a`),
      );
      assert.equal((state.get("/b") as { size: number }).size, isWritten ? LISTED.length : size);
    });
  }
}

for (const target of ["new", "longer", null]) {
  Deno.test(`a symlink that ${target === null ? "was removed" : `leads to ${target}`} before it was imported, and was moved in the mount, is stored as it is there`, async () => {
    const state = await whileImporting(
      (project) => fs.symlinkSync("old", `${project}/a`),
      (tree) => {
        rename(tree, tree.root, "a", tree.root, "b", 0);
        readTarget(tree, tree.lookup(tree.root, "b") as Inode);
      },
      (project) => {
        fs.unlinkSync(`${project}/a`);
        if (target !== null) fs.symlinkSync(target, `${project}/a`);
      },
    );
    assert.equal((state.get("/b") as { target: string }).target, target ?? "old");
  });
}

Deno.test("a directory that became a file before it was imported has what the mount made in it", async () => {
  const state = await whileImporting(
    (project) => {
      fs.mkdirSync(`${project}/d`);
      fs.writeFileSync(`${project}/d/a`, LISTED);
    },
    (tree) => void make(tree, tree.lookup(tree.root, "d") as Inode, "made", S_IFREG | 0o644),
    (project) => {
      fs.rmSync(`${project}/d`, { recursive: true });
      fs.writeFileSync(`${project}/d`, LISTED);
    },
  );
  assert.deepEqual([...state.keys()], ["", "/d", "/d/made"]);
});
