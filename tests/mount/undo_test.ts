/**
 * Undo of one thing out of the middle, and of several at the end.
 */

import assert from "node:assert/strict";
import type { ControlClient } from "../../src/control/client.ts";
import type { LogEntry } from "../../src/control/service/history.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

const PROJECT = "seq 1 30 >lines; echo a >a; echo b >b; mkdir d; echo e >d/e";

async function step(
  m: Mounted,
  c: ControlClient,
  script: string,
  label: string,
): Promise<LogEntry> {
  await shell(script, { cwd: m.mount });
  await c.checkpoint({ label });
  return (await c.log({})).entries[0]!;
}

/** Every name with its content. */
async function tree(m: Mounted): Promise<string> {
  return await shell(
    "find . -type f -exec sha256sum {} + | sort; find . -printf '%p %M\\n' | sort",
    {
      cwd: m.mount,
    },
  );
}

async function refusal(m: Mounted, ...args: string[]): Promise<{ code: string; message: string }> {
  const { code, stdout } = await m.run(["--json", "-C", m.project, ...args]);
  assert.equal(code, 1, stdout);
  return JSON.parse(stdout).error;
}

Deno.test("undo of one thing takes out what it did, and leaves what came after", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    const one = await step(
      m,
      c,
      "sed -i 's/^3$/three/' lines; rm a; mv d/e d/f; echo n >new",
      "one",
    );
    await step(m, c, "sed -i 's/^27$/many/' lines; echo later >later", "two");
    assert.equal(one.number, 2);
    await shell("echo unsaved >unsaved", { cwd: m.mount });
    const before = await tree(m);
    const shown = await c.undo({ ref: "2", dryRun: true });
    assert.equal(await tree(m), before);
    assert.deepEqual(
      shown.changes!.map(({ status, path }) => status + path),
      ["Aa", "Ad/e", "Dd/f", "Mlines", "Dnew"],
    );
    const undone = await c.undo({ ref: "#2" });
    assert.deepEqual(undone.changed, { added: 2, modified: 1, deleted: 2 });
    assert.equal(undone.undone!.name, "#2");
    const lines = (await Deno.readTextFile(m.path("lines"))).split("\n");
    assert.deepEqual([lines[2], lines[26]], ["3", "many"]);
    const names = (await shell("find . -type f | sort", { cwd: m.mount })).split("\n");
    for (const name of ["./a", "./d/e", "./later", "./unsaved"]) assert.ok(names.includes(name));
    for (const name of ["./d/f", "./new"]) assert.ok(!names.includes(name));
    const { entries } = await c.log({});
    assert.deepEqual(
      [entries[0]!.id, entries[0]!.kind, entries[0]!.message],
      [undone.id, "revert", "undo of #2 (one)"],
    );
    await c.undo({});
    assert.equal(await tree(m), before);
    await c.redo({});
    assert.equal((await c.log({})).head, undone.id);
    // The undo is a thing itself.
    await c.undo({ ref: String(entries[0]!.number) });
    assert.equal(await tree(m), before);
    assert.equal((await c.verify({})).clean, true);
  }));

Deno.test("what cannot be taken out is refused with the paths, and nothing is changed", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    const one = await step(m, c, "sed -i 's/^3$/three/' lines; echo x >a", "one");
    await step(m, c, "sed -i 's/^three$/THREE/' lines; rm a", "two");
    const before = [await tree(m), await c.log({ all: true })];
    const number = String(one.number);
    const error = await refusal(m, "undo", number) as { code: string; details?: unknown };
    assert.equal(error.code, "undo_conflicts");
    const { conflicts } = error.details as { conflicts: { kind: string; path: string }[] };
    assert.deepEqual(conflicts.map(({ kind, path }) => `${kind} ${path}`), [
      "delete/edit a",
      "edit/edit lines",
    ]);
    const plain = await m.run(["-C", m.project, "undo", number]);
    assert.match(plain.stderr, /^conflict delete\/edit in a \(before #2\)\nconflict edit\/edit in/);
    assert.match(plain.stderr, /Cannot undo #2 in main: 2 conflicts with what came after it/);
    const dry = await m.run(["-C", m.project, "undo", number, "-n"]);
    assert.equal(dry.code, 1, dry.stderr);
    assert.deepEqual([await tree(m), await c.log({ all: true })], before);
    await c.undo({ ref: number, strategy: "theirs" });
    assert.equal((await Deno.readTextFile(m.path("lines"))).split("\n")[2], "3");
    assert.equal(await Deno.readTextFile(m.path("a")), "a\n");
    await c.undo({});
    assert.equal(await tree(m), before[0]);
    // With markers the undo is settled as a merge is.
    await shell("echo x >a", { cwd: m.mount });
    const marked = await m.run(["-C", m.project, "undo", number, "--strategy", "markers"]);
    assert.equal(marked.code, 1, marked.stderr);
    assert.match(await Deno.readTextFile(m.path("lines")), /^<<<<<<< main$/m);
    assert.equal((await refusal(m, "undo", number)).code, "merge_in_progress");
    await shell("sed -i '/^[<>=|]/d' lines", { cwd: m.mount });
    await c.continueMerge({});
    const [newest] = (await c.log({})).entries;
    assert.deepEqual([newest!.kind, newest!.message], ["revert", "undo of #2 (one)"]);
    await c.checkpoint({ label: "not in the way of a merge" });
  }));

Deno.test("a merge, a rollback and an undo are undone by their numbers", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await c.createBranch({ name: "side" });
    await shell("echo side >side; echo s >>b", { cwd: m.path(".agentvfs/branches/side") });
    await c.merge({ sources: ["side"] });
    const merge = (await c.log({})).entries[0]!;
    await step(m, c, "echo after >after", "after");
    await c.undo({ ref: String(merge.number) });
    assert.equal(await Deno.readTextFile(m.path("b")), "b\n");
    assert.equal(await Deno.readTextFile(m.path("after")), "after\n");
    await c.rollback({ ref: "initial" });
    await step(m, c, "echo last >last", "last");
    const { moves, entries } = await c.log({});
    assert.deepEqual(moves.map(({ kind, toNumber }) => [kind, toNumber]), [["rollback", 1]]);
    await c.undo({ ref: String(moves[0]!.number) });
    assert.equal(await Deno.readTextFile(m.path("after")), "after\n");
    assert.equal(await Deno.readTextFile(m.path("last")), "last\n");
    const again = (await c.log({})).entries;
    assert.deepEqual(again.slice(1), entries.map((entry) => ({ ...entry, head: false })));
    const human = await m.run(["-C", m.project, "log"]);
    assert.match(human.stdout, /^ +#\d+ +[-\d]+ [:\d]+ +rollback +to #1/m);
    assert.match(human.stdout, new RegExp(`undo of #${moves[0]!.number} \\(rollback\\)`));
    // What is gone already leaves nothing to do.
    const nothing = await m.run(["-C", m.project, "undo", String(moves[0]!.number)]);
    assert.deepEqual(
      [nothing.code, nothing.stdout],
      [0, `nothing of #${moves[0]!.number} is left to take back\n`],
    );
    // In plain words, as they are written into .agentvfs/ctl.
    const words = await m.run(["-C", m.project, "raw", "undo", "after"]);
    const { ok, undone, rolled_back_to } = JSON.parse(words.stdout);
    assert.deepEqual([ok, undone.kind], [true, "checkpoint"]);
    assert.equal(rolled_back_to, (await c.log({})).head);
    await assert.rejects(Deno.lstat(m.path("after")));
    assert.equal((await refusal(m, "undo", "initial")).code, "cannot_undo");
    assert.equal((await refusal(m, "undo", "99")).code, "unknown_ref");
  }));

Deno.test("several undos are one move, and each is done again alone", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    const states = [await tree(m)];
    for (const label of ["one", "two", "three"]) await step(m, c, `echo ${label} >a`, label);
    for (const label of ["two", "one", "initial"]) {
      await shell(`echo ${label} >>b`, { cwd: m.mount });
      states.push(await tree(m));
      await c.rollback({ ref: label });
    }
    await shell("echo unsaved >b", { cwd: m.mount });
    const { message } = await refusal(m, "undo", "--count", "4");
    assert.match(message, /there are 3 to take back/);
    await c.undo({ count: 3 });
    assert.equal(await tree(m), states[1]);
    for (const state of [states[2], states[3]]) {
      await c.redo({});
      assert.equal(await tree(m), state);
    }
    await c.redo({});
    assert.equal(await Deno.readTextFile(m.path("b")), "unsaved\n");
    await c.undo({ count: 2 });
    assert.equal(await tree(m), states[2]);
    await c.undo({});
    assert.equal(await tree(m), states[1]);
  }));

Deno.test("an undo of what a refresh brought is not the branch's work: an apply leaves it to the project", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    const project = (name: string) => `${m.project}/${name}`;
    await Deno.writeTextFile(project("a"), "by hand\n");
    const { id } = await c.refresh({});
    const refresh = (await c.log({})).entries.find((entry) => entry.id === id)!;
    await step(m, c, "echo work >>b", "work");
    await c.undo({ ref: String(refresh.number) });
    assert.equal(await Deno.readTextFile(m.path("a")), "a\n");
    const { changes } = await c.apply({ dryRun: true });
    assert.deepEqual(changes!.map(({ path }) => path), ["b"]);
    await c.apply({});
    assert.equal(await Deno.readTextFile(project("a")), "by hand\n");
    assert.equal(await Deno.readTextFile(project("b")), "b\nwork\n");
    // It is there to be brought again; and the undo may be undone.
    const again = await c.refresh({ dryRun: true });
    assert.deepEqual(again.changes!.map(({ path }) => path), ["a"]);
    const { entries } = await c.log({});
    await c.undo({ ref: entries.find(({ kind }) => kind === "revert")!.id });
    assert.equal(await Deno.readTextFile(m.path("a")), "by hand\n");
    await shell("echo more >>a", { cwd: m.mount });
    await c.apply({});
    assert.equal(await Deno.readTextFile(project("a")), "by hand\nmore\n");
    // Also by the way of another branch.
    await Deno.writeTextFile(project("d/e"), "by hand, too\n");
    await c.createBranch({ name: "side" });
    await c.refresh({ branch: "side" });
    await c.merge({ sources: ["side"] });
    const merge = (await c.log({})).entries[0]!;
    assert.equal(await Deno.readTextFile(m.path("d/e")), "by hand, too\n");
    await c.undo({ ref: String(merge.number) });
    assert.equal((await c.apply({})).state, "unchanged");
    assert.equal(await Deno.readTextFile(project("d/e")), "by hand, too\n");
  }));
