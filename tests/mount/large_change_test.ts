/**
 * What would delete or rewrite very many paths at once is asked for twice.
 */

import assert from "node:assert/strict";
import type { LargeChange, LogReport } from "../../src/control/service/history.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, shell } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { scriptPath } from "../support/python.ts";

const PROJECT = "mkdir one two; echo 0 >one/kept; echo 0 >two/kept; echo 0 >top";
/** After the import: 1 203 files more, so that the import is small. */
const MANY = `(cd one && seq 900 | split -l1 -a3 - f); (cd two && seq 303 | split -l1 -a3 - f)
echo 1 >top`;

async function refused(m: Mounted, ...args: string[]): Promise<LargeChange> {
  const { code, stdout } = await m.run(["--json", "-C", m.project, ...args]);
  const { error } = JSON.parse(stdout);
  assert.deepEqual([code, error?.code], [1, "too_large"], stdout);
  return error.details;
}

async function answered(m: Mounted, answer: string): Promise<{ code: number; said: string }> {
  const steps = JSON.stringify([["[y/N]", `${answer}\r`]]);
  const script = scriptPath(import.meta.url, "terminal.py");
  const words = ["python3", script, steps, ...PROGRAM, "rollback", "initial"];
  const env = { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "" };
  const { code, stdout, stderr } = await run(words, { cwd: m.project, env });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

async function count(m: Mounted): Promise<number> {
  return Number(await shell("find one two -type f | wc -l", { cwd: m.mount }));
}

Deno.test("a change that takes very much away is refused, or asked about, and done when it is forced", () =>
  withProject(PROJECT, async (m) => {
    await shell(MANY, { cwd: m.mount });
    const before = await m.ctl("log", "--all");
    const details = {
      modified: 3,
      deleted: 1203,
      total: 1208,
      bound: 1000,
      directories: [
        { path: "one", modified: 0, deleted: 900 },
        { path: "two", modified: 0, deleted: 303 },
        { path: ".", modified: 3, deleted: 0 },
      ],
    };
    const found = await refused(m, "rollback", "initial");
    assert.deepEqual(
      { ...found, modified: 0, directories: found.directories.map(({ path }) => path) },
      { ...details, modified: 0, directories: details.directories.map(({ path }) => path) },
    );
    assert.equal((await refused(m, "restore", "one", "two", "--from", "initial")).deleted, 1203);
    // Where nobody sits at a terminal it is told with the counts.
    const plain = await m.run(["-C", m.project, "rollback", "initial"]);
    assert.equal(plain.code, 1);
    assert.match(plain.stderr, /^one\/ +900 deleted\ntwo\/ +303 deleted\n\(the root itself\) +/);
    assert.match(plain.stderr, /Did not roll back: it would delete 1203 .*\n.*--force-large/);
    const words = await m.run(["-C", m.project, "raw", "rollback", "initial"]);
    assert.match(words.stdout, /^\{"ok":false,.*"code":"too_large".*"hint":".*forceLarge/);
    assert.deepEqual(await m.ctl("log", "--all"), before);
    // A part of it is not too large.
    await m.ctl("restore", "two", "--from", "initial");
    assert.equal(await count(m), 902);
    await m.ctl("undo");
    assert.equal(await count(m), 1205);

    const no = await answered(m, "n");
    assert.deepEqual([no.code, await count(m)], [1, 1205], no.said);
    const yes = await answered(m, "y");
    assert.deepEqual([yes.code, await count(m)], [0, 2], yes.said);
    assert.match(yes.said, /Delete 1 203 and rewrite \d+ paths\? \[y\/N\]/);

    // Undo and redo go where the branch was; one thing taken out is a change as any other.
    await m.ctl("undo");
    const { entries } = await m.ctl("log", "--all") as LogReport;
    const many = String(entries.find(({ changed }) => changed?.added === 1203)!.number);
    assert.equal((await refused(m, "undo", many)).deleted, 1203);
    assert.equal(await count(m), 1205);
    await m.ctl("undo", many, "--force-large");
    assert.equal(await count(m), 2);
    await m.ctl("undo");
    await m.ctl("rollback", "initial", "--force-large");
    await m.ctl("undo");

    // The bound is settable.
    const env = { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "", AGENTVFS_LARGE_CHANGE: "2000" };
    const set = await run([...PROGRAM, "rollback", "initial"], { cwd: m.project, env });
    assert.deepEqual([set.code, await count(m)], [0, 2], set.stderr);
  }));
