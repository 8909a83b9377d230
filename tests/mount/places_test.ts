/**
 * Where a project is mounted, and what counts as the project.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withMount, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { agentvfs } from "../support/program.ts";
import { mountsBelow, withTemporary } from "../support/temporary.ts";

Deno.test("quickstart of a mount, or of a directory in one, answers as for its project", async () => {
  await withProject("mkdir -p src/deep; echo x >src/deep/file", async (m) => {
    await m.ctl("branch", "create", "work");
    const link = join(m.state, "link");
    await Deno.symlink(m.path("src"), link);
    const places = [m.mount, m.path("src/deep"), m.path(".agentvfs/branches/work"), link];
    for (const place of places) {
      const { code, stdout, stderr } = await m.run(["quickstart", place]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`^mount=${m.mount}$`, "m"));
    }
    assert.equal((await m.run(["quickstart"], { cwd: m.path("src") })).code, 0);
    assert.deepEqual(await mountsBelow(m.state), [m.mount]);
    // With no more than one daemon, a command from anywhere knows which is meant.
    assert.equal((await m.run(["status"], { cwd: "/" })).code, 0);

    const again = await m.run(["daemon", "--source", m.mount]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, new RegExp(`is in the mount.*\\nhint: .*${m.project}$`, "m"));

    // A state directory that knows nothing of the mount asks the mount itself.
    const other = await agentvfs(join(m.state, "other"), ["quickstart", m.path("src")]);
    assert.match(other.stdout, new RegExp(`^mount=${m.mount}$`, "m"));

    await m.stop();
    const started = await m.run(["quickstart", m.mount]);
    assert.match(started.stdout, new RegExp(`^mount=${m.mount}$`, "m"));
    assert.equal(await Deno.readTextFile(m.path("src/deep/file")), "x\n");
  });
});

Deno.test("a mountpoint that is not there is made, and found again after a stop", async () => {
  await withTemporary(async (directory) => {
    const [project, mount] = [join(directory, "project"), join(directory, "made/for/it")];
    await shell(`mkdir "$0"; echo x >"$0/file"`.replaceAll("$0", project));
    await withMount(project, async (m) => {
      assert.equal(m.mount, mount);
      assert.equal(await Deno.readTextFile(join(mount, "file")), "x\n");
      const elsewhere = await m.run(["quickstart", project, "--mount", join(directory, "other")]);
      assert.equal(elsewhere.code, 1);
      assert.match(elsewhere.stderr, /mounted already, at .*made\/for\/it/);
      assert.equal((await m.run(["stop", project])).code, 0);
      const again = await m.run(["quickstart", mount]);
      assert.match(again.stdout, new RegExp(`^mount=${mount}$`, "m"));
      assert.equal((await m.run(["stop", project])).code, 0);
    }, { arguments: ["--mount", mount] });
  });
});

Deno.test("a mount that is open to others in a place that is not is warned about", async () => {
  await withProject("echo x >file", async (m) => {
    const warned = await m.run(["quickstart", m.project, "--allow-other"]);
    assert.equal(warned.code, 0);
    assert.match(
      warned.stderr,
      new RegExp(`^warning: other users cannot get to ${m.mount}: ${m.state} is closed`, "m"),
    );
    const json = await m.run(["quickstart", m.project, "--allow-other", "--json"]);
    assert.equal(JSON.parse(json.stdout).warnings[0].code, "mount_out_of_reach");
    assert.doesNotMatch((await m.run(["quickstart", m.project])).stderr, /warning/);
  }, { arguments: ["--allow-other"] });
});

const WITH_WORKTREE = `
git init -q . && git config user.name t && git config user.email t@t
echo x >file && git add file && git commit -qm first
git worktree add -q .trees/one`;

Deno.test("a git worktree in the project is warned about; in a run its commits stay in the branch", async () => {
  await withProject(WITH_WORKTREE, async (m) => {
    for (const command of ["quickstart", "status"]) {
      const { code, stderr } = await m.run([command, m.project]);
      assert.equal(code, 0);
      assert.match(
        stderr,
        /^warning: \.trees\/one is a linked git worktree: .*\nhint: agentvfs run/,
      );
      const { warnings } = await m.ctl(command, m.project);
      assert.deepEqual(warnings.map(({ code }: { code: string }) => code), ["git_worktree"]);
    }
    const log = (place: string) => shell("git log --all --format=%s", { cwd: place });
    const commit = "cd .trees/one && git commit -q --allow-empty -m";
    const run = ["run", "-C", m.project, "--branch", "work", "--", "sh", "-c", `${commit} inside`];
    assert.equal((await m.run(run, { cwd: m.project })).code, 0);
    assert.equal(await log(m.project), "first\n");
    assert.equal(await log(m.path(".agentvfs/branches/work")), "inside\nfirst\n");
    // What the warning is about.
    await shell(`${commit} outside`, { cwd: m.mount });
    assert.equal(await log(m.project), "outside\nfirst\n");
  });
});
