/**
 * What changes in the project is brought into a branch, and never taken back from the project.
 */

import assert from "node:assert/strict";
import type { ApplyReport, RefreshReport } from "../../src/control/service/project.ts";
import type { ControlClient } from "../../src/control/client.ts";
import type { Params } from "../../src/control/methods.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

const PROJECT = `
seq 1 30 >lines && mkdir -p src && for i in $(seq 5); do echo $i >src/f$i; done
git init -q . && git add -A && git -c user.email=a@b -c user.name=n commit -qm initial`;

async function inProject(m: Mounted, script: string): Promise<void> {
  await shell(script, { cwd: m.project });
}

async function inMount(m: Mounted, script: string): Promise<void> {
  await shell(script, { cwd: m.mount });
}

async function paths(c: ControlClient, params: Params<"apply"> = {}): Promise<string[]> {
  const { changes } = await c.apply({ ...params, dryRun: true });
  return changes!.map(({ status, path }) => `${status} ${path}`);
}

Deno.test("a refresh brings the project's changes, which undo takes back and redo brings again", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inMount(m, "sed -i 's/^3$/three/' lines; echo branch >src/mine; rm src/f1");
    await inProject(m, "sed -i 's/^27$/27a/' lines; echo person >src/theirs; chmod +x src/f2");
    const asked: RefreshReport = await c.refresh({ dryRun: true });
    assert.deepEqual(asked.changes!.map(({ status, path }) => `${status} ${path}`).sort(), [
      "A src/theirs",
      "M lines",
      "M src/f2",
    ]);
    const report: RefreshReport = await c.refresh({});
    assert.equal(report.state, "refreshed");
    assert.deepEqual(report.changed, { added: 1, modified: 2, deleted: 0 });
    assert.deepEqual(report.project.changed, report.changed);
    const lines = (await Deno.readTextFile(m.path("lines"))).split("\n");
    assert.deepEqual([lines[2], lines[26]], ["three", "27a"]);
    assert.equal(await Deno.readTextFile(m.path("src/theirs")), "person\n");
    assert.equal((await Deno.stat(m.path("src/f2"))).mode! & 0o111, 0o111);
    const wanted = ["A src/mine", "D src/f1", "M lines"];
    assert.deepEqual((await paths(c)).sort(), wanted);
    assert.equal((await c.refresh({})).state, "unchanged");
    await c.undo({});
    assert.equal((await c.refresh({ dryRun: true })).state, "refreshed");
    // What the refresh had brought is not taken for something that the branch deleted.
    assert.deepEqual((await paths(c)).sort(), wanted);
    await c.redo({});
    assert.equal((await c.refresh({})).state, "unchanged");
    assert.deepEqual((await paths(c)).sort(), wanted);
    const { entries } = await c.log({});
    assert.equal(entries[0]?.kind, "refresh");
    assert.deepEqual(entries.map(({ kind }: { kind: string }) => kind), ["refresh", "import"]);
    assert.equal((await c.verify({})).clean, true);
  }));

Deno.test("what the project cannot hold stays in the branch, and is offered again", () =>
  // A file system without extended attributes, nor any space that it tells of.
  withProject(`mount -t ramfs none "$PWD" && cd "$PWD" && echo 1 >a && echo 2 >b`, async (m) => {
    try {
      using c = await m.connect();
      await inMount(
        m,
        "setfattr -n user.note -v kept a; setfattr -n user.note -v kept b",
      );
      const { notKept } = await c.apply({});
      assert.deepEqual(notKept.map(({ path }) => path).sort(), ["a", "b"]);
      assert.equal((await c.refresh({})).state, "unchanged");
      assert.deepEqual((await paths(c)).sort(), ["M a", "M b"]);
      await inProject(m, "echo 4 >b");
      assert.equal((await c.refresh({})).state, "refreshed");
      await inMount(m, "grep -q 4 b && getfattr -n user.note a && getfattr -n user.note b");
    } finally {
      await shell('umount -l "$PWD"', { cwd: m.project });
    }
  }));

Deno.test("a conflict refuses a refresh; marked in files it is settled there", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inMount(m, "sed -i 's/^3$/branch/' lines");
    await inProject(m, "sed -i 's/^3$/person/' lines; echo new >new");
    const refused = await m.refused("refresh");
    assert.equal(refused.code, "refresh_conflicts");
    const details = refused.details as RefreshReport;
    assert.deepEqual(details.conflicts.map(({ path, kind }) => `${kind} ${path}`), [
      "edit/edit lines",
    ]);
    await assert.rejects(Deno.stat(m.path("new")));
    const outcome = await m.run(["-C", m.project, "--json", "refresh", "--strategy", "markers"]);
    assert.equal(outcome.code, 1, outcome.stderr);
    assert.equal(JSON.parse(outcome.stdout).state, "settle");
    assert.match(await Deno.readTextFile(m.path("lines")), /^<{7} main\nbranch\n/m);
    await inMount(m, "seq 1 30 >lines; sed -i 's/^3$/both/' lines");
    await m.ctl("merge", "--continue");
    assert.equal((await c.refresh({})).state, "unchanged");
    assert.deepEqual(await paths(c), ["M lines"]);
    assert.equal((await c.log({})).entries[0]?.kind, "refresh");
  }));

Deno.test("a branch begins with what its parent and the project have in common, and keeps it", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    await inProject(m, "echo person >src/theirs");
    await c.refresh({});
    await m.ctl("branch", "create", "b");
    assert.equal((await c.refresh({ branch: "b" })).state, "unchanged");
    await m.ctl("branch", "rename", "b", "c");
    await shell("echo c >src/c", { cwd: m.path(".agentvfs/branches/c") });
    assert.deepEqual(await paths(c, { branch: "c" }), ["A src/c"]);
    // Merged, it brings what it refreshed; a rollback to before that does not take it from the project.
    await inProject(m, "echo more >src/more");
    assert.equal((await c.refresh({ branch: "c" })).state, "refreshed");
    await c.merge({ sources: ["c"] });
    assert.equal((await c.refresh({})).state, "unchanged");
    assert.deepEqual(await paths(c), ["A src/c"]);
    await c.undo({});
    assert.deepEqual(await paths(c), []);
    await c.rollback({ ref: "initial" });
    assert.deepEqual(await paths(c), []);
  }));

Deno.test("only what was asked for is applied, and git's own files are no conflict", () =>
  withProject(PROJECT, async (m) => {
    using c = await m.connect();
    const git = "git -c user.email=a@b -c user.name=n";
    await inMount(
      m,
      `echo a >src/a.ts; echo b >b.ts; echo c >c; git add b.ts; ${git} commit -qm agent`,
    );
    assert.deepEqual((await paths(c, { withoutGit: true })).sort(), [
      "A b.ts",
      "A c",
      "A src/a.ts",
    ]);
    assert.deepEqual((await paths(c, { only: ["*.ts"] })).sort(), ["A b.ts", "A src/a.ts"]);
    assert.deepEqual(await paths(c, { only: ["src/**"] }), ["A src/a.ts"]);
    // The person's git refreshes its index, the agent's has something else in it.
    await inMount(m, "git add c");
    await inProject(m, "touch src/f1; git status >/dev/null; git update-index --refresh");
    const report: ApplyReport = await c.apply({ dryRun: true });
    assert.deepEqual(report.conflicts, []);
    assert.ok(report.changes!.some(({ path }) => path === ".git/index"));
    await Deno.writeTextFile(`${m.project}/.git/index.lock`, "");
    assert.equal((await m.refused("apply")).code, "git_busy");
    assert.equal((await m.refused("refresh")).code, "git_busy");
  }));

Deno.test("what would take very much away is asked about, on both sides", () =>
  withProject("mkdir d; for i in $(seq 20); do echo $i >d/$i; done; echo 1 >a", async (m) => {
    using c = await m.connect();
    await inProject(m, "rm -r d");
    await assert.rejects(c.refresh({ largest: 10 }), { code: "too_large" });
    assert.equal(await Deno.readTextFile(m.path("d/7")), "7\n");
    assert.equal((await c.refresh({ largest: 10, forceLarge: true })).state, "refreshed");
    await c.undo({});
    await inProject(m, "mkdir d; for i in $(seq 20); do echo $i >d/$i; done");
    await inMount(m, "rm -r d");
    await assert.rejects(c.apply({ largest: 10 }), { code: "too_large" });
    assert.equal((await c.apply({ largest: 10, forceLarge: true })).state, "applied");
    assert.equal((await c.apply({})).state, "unchanged");
  }));
