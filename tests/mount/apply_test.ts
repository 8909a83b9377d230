/**
 * What a branch changed is brought into the project: on top of what people did there, and back again.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { UndoReport } from "../../src/control/service/history.ts";
import type { ApplyReport } from "../../src/control/service/project.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

const GIT = "git -c user.email=a@b -c user.name=n";
const PROJECT = `
seq 1 30 >lines && mkdir -p src && for i in $(seq 5); do echo $i >src/f$i; done
git init -q . && git add -A && ${GIT} commit -qm initial`;

async function inProject(m: Mounted, script: string): Promise<string> {
  return await shell(script, { cwd: m.project });
}

async function inMount(m: Mounted, script: string): Promise<string> {
  return await shell(script, { cwd: m.mount });
}

function project(m: Mounted, name: string): Promise<string> {
  return Deno.readTextFile(join(m.project, name));
}

/** Kind, mode, content and modification time of everything but git's own. */
function state(m: Mounted): Promise<string> {
  return inProject(
    m,
    `find . -path ./.git -prune -o -printf '%P %y %m %l\\n' | sort; ` +
      `find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum`,
  );
}

Deno.test("an apply merges with what was done in the project; the next one is empty, and undo takes it back", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inMount(
      m,
      "sed -i 's/^3$/three/' lines; echo mine >src/mine; rm src/f1; chmod +x src/f2",
    );
    await inProject(m, "sed -i 's/^27$/27a/' lines; echo person >src/theirs; ln -s lines link");
    const before = await state(m);
    const untouched = await Deno.stat(join(m.project, "src/theirs"));
    const asked: ApplyReport = await c.apply({ dryRun: true });
    assert.equal(await state(m), before);
    const report: ApplyReport = await c.apply({ message: "the cart" });
    assert.equal(report.state, "applied");
    assert.deepEqual(report.changed, asked.changed);
    assert.deepEqual(report.changed, { added: 1, modified: 2, deleted: 1 });
    const lines = (await project(m, "lines")).split("\n");
    assert.deepEqual([lines[2], lines[26]], ["three", "27a"]);
    assert.equal(await project(m, "src/mine"), "mine\n");
    assert.equal(await project(m, "src/theirs"), "person\n");
    await assert.rejects(Deno.stat(join(m.project, "src/f1")));
    const now = await Deno.stat(join(m.project, "src/theirs"));
    assert.deepEqual([now.ino, now.mtime, now.ctime], [
      untouched.ino,
      untouched.mtime,
      untouched.ctime,
    ]);
    assert.equal((await c.apply({})).state, "unchanged");
    const [entry] = (await c.log({})).entries;
    assert.deepEqual([entry?.kind, entry?.message, entry?.changed], [
      "apply",
      "the cart",
      report.changed,
    ]);
    const undone: UndoReport = await c.undo({});
    assert.deepEqual(undone.project?.leftAlone, []);
    assert.equal(await state(m), before);
    assert.deepEqual((await c.apply({ dryRun: true })).changed, report.changed);
    assert.equal((await c.apply({})).state, "applied");
    assert.equal((await c.verify({})).clean, true);
  }));

Deno.test("what was edited after an apply stays when it is taken back, and is named", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inMount(m, "echo 1 >src/new; echo 2 >src/f2; rm src/f3");
    await c.apply({});
    await inProject(m, "echo more >>src/new; echo other >src/other");
    const outcome = await m.run(["-C", m.project, "--json", "undo"]);
    assert.equal(outcome.code, 1, outcome.stderr);
    const undone: UndoReport = JSON.parse(outcome.stdout);
    assert.deepEqual(undone.project?.leftAlone.map(({ path }) => path), ["src/new"]);
    assert.equal(await project(m, "src/new"), "1\nmore\n");
    assert.equal(await project(m, "src/f2"), "2\n");
    assert.equal(await project(m, "src/f3"), "3\n");
    assert.equal(await project(m, "src/other"), "other\n");
    // src/new is common still: it is not offered again.
    const again: ApplyReport = await c.apply({ dryRun: true });
    assert.deepEqual(again.changes!.map(({ path }) => path).sort(), ["src/f3"]);
  }));

Deno.test("with a conflict nothing is applied, unless the others are asked for or a side is to win", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inMount(m, "sed -i 's/^3$/branch/' lines; echo mine >src/mine; echo b >src/f1");
    await inProject(m, "sed -i 's/^3$/person/' lines; rm src/f1");
    const before = await state(m);
    const refused = await m.refused("apply");
    assert.equal(refused.code, "apply_conflicts");
    assert.equal(refused.exit, 1);
    const { conflicts } = refused.details as ApplyReport;
    assert.deepEqual(conflicts.map(({ path, kind }) => `${kind} ${path}`), [
      "edit/edit lines",
      "delete/edit src/f1",
    ]);
    assert.equal(await state(m), before);
    const part = await m.run(["-C", m.project, "--json", "apply", "--partial"]);
    assert.equal(part.code, 1, part.stderr);
    assert.equal(JSON.parse(part.stdout).state, "partial");
    assert.equal(await project(m, "src/mine"), "mine\n");
    assert.match(await project(m, "lines"), /^person$/m);
    // What was left is in conflict still, what was applied is common.
    await inMount(m, "echo more >>src/mine");
    const still = await m.refused("apply");
    assert.equal((still.details as ApplyReport).conflicts.length, 2);
    await assert.rejects(c.apply({ partial: true, only: ["lines"] }), { code: "apply_conflicts" });
    const forced: ApplyReport = await c.apply({ strategy: "theirs" });
    assert.equal(forced.state, "applied");
    assert.equal(forced.decided.length, 2);
    assert.deepEqual(forced.project.changed, { added: 0, modified: 0, deleted: 0 });
    assert.match(await project(m, "lines"), /^branch$/m);
    assert.equal(await project(m, "src/f1"), "b\n");
    assert.equal(await project(m, "src/mine"), "mine\nmore\n");
    assert.equal((await c.apply({})).state, "unchanged");
  }));

Deno.test("a rollback over an apply takes the work back from the project too, one over a refresh nothing", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await c.checkpoint({ label: "begin" });
    await inMount(m, "echo mine >src/mine");
    await c.checkpoint({ label: "work" });
    await inProject(m, "echo person >src/theirs");
    await c.apply({});
    await c.refresh({});
    await inMount(m, "echo late >src/late");
    await c.apply({});
    await c.rollback({ ref: "begin" });
    const back: ApplyReport = await c.apply({});
    assert.deepEqual(back.changed, { added: 0, modified: 0, deleted: 2 });
    assert.equal(await project(m, "src/theirs"), "person\n");
    await assert.rejects(Deno.stat(join(m.project, "src/mine")));
    await c.rollback({ ref: "work" });
    await c.apply({});
    assert.equal(await project(m, "src/mine"), "mine\n");
    assert.equal(await project(m, "src/theirs"), "person\n");
    await assert.rejects(Deno.stat(join(m.project, "src/late")));
  }));

Deno.test("commits are applied with git's own files, and git sees the truth on both sides", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inMount(m, `echo 2 >src/f2; echo new >new; git add -A; ${GIT} commit -qm agent`);
    await inProject(m, "echo person >person; touch src/f5; git status >/dev/null");
    await c.apply({});
    assert.equal(await inProject(m, "git log --format=%s"), "agent\ninitial\n");
    assert.equal(await inProject(m, "git status --short"), "?? person\n");
    await inProject(m, "git fsck --strict");
    const read = await m.count("READ");
    assert.equal(await inMount(m, "git status --short"), "");
    // Its index is valid: no file was read to be compared.
    assert.ok(await m.count("READ") - read < 20);
    await c.refresh({});
    assert.equal(await inMount(m, "git status --short"), "?? person\n");
  }));

Deno.test("another directory is filled, kept up to date, and asked about where it is something else", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    const to = `${m.state}-elsewhere/there`;
    const there = (name: string) => Deno.readTextFile(join(to, name));
    await Deno.mkdir(join(to, ".."));
    try {
      assert.equal((await c.apply({ to })).state, "applied");
      assert.equal(await shell(`diff -r --no-dereference . '${to}'`, { cwd: m.project }), "");
      await inMount(m, "echo b >src/f1; rm src/f2");
      await Deno.writeTextFile(join(to, "src/own"), "own");
      const { changes } = await c.apply({ to, dryRun: true });
      assert.deepEqual(changes!.map(({ status, path }) => `${status} ${path}`).sort(), [
        "D src/f2",
        "M src/f1",
      ]);
      assert.equal((await c.apply({ to })).state, "applied");
      assert.deepEqual([await there("src/f1"), await there("src/own")], ["b\n", "own"]);
      assert.equal((await c.apply({ to })).state, "unchanged");
      assert.equal(await project(m, "src/f1"), "1\n");
      await shell(`cd '${to}'; rm -r * .git; echo other >lines`);
      await inMount(m, "echo x >lines");
      await assert.rejects(c.apply({ to }), { code: "apply_conflicts" });
      await assert.rejects(c.apply({ to: m.path("src") }), { code: "bad_directory" });
    } finally {
      await Deno.remove(join(to, ".."), { recursive: true });
    }
  }));

Deno.test("a branch is compared with the project as it is", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inMount(m, "echo b >src/f1");
    await inProject(m, "echo p >src/f2");
    const { from, changes, patch } = await c.diff({ project: true, patch: true });
    assert.equal(from, "project");
    assert.deepEqual(changes.map(({ path }) => path), ["src/f1", "src/f2"]);
    assert.match(patch!, /^-1\n\+b$/m);
    assert.match(patch!, /^-p\n\+2$/m);
    const shown = await m.run(["-C", m.project, "diff", "--against-project", "--name-only"]);
    assert.equal(shown.stdout, "src/f1\nsrc/f2\n");
  }));

Deno.test("hard links stay links on both sides, and gc keeps what undo needs", () =>
  withProject("echo one >a; ln a b; mkdir d; ln a d/c; echo x >x; echo s >s; ln s t", async (m) => {
    using c = await m.connect();
    const groups = (directory: string) =>
      shell(
        `find . -name .agentvfs -prune -o -type f -links +1 -printf '%i %p\\n' | sort -k2 |
        awk '{g[$1]=g[$1] " " $2} END {for (i in g) print g[i]}' | sort`,
        { cwd: directory },
      );
    const same = async (links: string) => {
      assert.equal(await groups(m.project), links);
      assert.equal(await groups(m.mount), links);
      assert.equal(await shell(`diff -r -x .agentvfs . '${m.mount}'`, { cwd: m.project }), "");
    };
    await inMount(m, "echo two >a");
    await c.apply({});
    await same(" ./a ./b ./d/c\n ./s ./t\n");
    assert.equal((await c.refresh({})).state, "unchanged");
    await inProject(m, "echo three >b");
    await c.refresh({});
    await same(" ./a ./b ./d/c\n ./s ./t\n");
    await inMount(m, "ln x n; rm t");
    await c.apply({});
    await same(" ./a ./b ./d/c\n ./n ./x\n");
    await c.gc({ keep: 1 });
    assert.equal((await c.verify({})).clean, true);
    await c.undo({});
    assert.equal(await groups(m.project), " ./a ./b ./d/c\n ./s ./t\n");
    assert.equal((await c.apply({})).state, "applied");
    await same(" ./a ./b ./d/c\n ./n ./x\n");
  }));
