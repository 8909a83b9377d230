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

Deno.test("a project that changed while nothing was mounted is told, and one that was replaced", async () => {
  await withProject("mkdir src; echo 1 >src/a; echo 1 >src/b; echo 1 >src/c", async (m) => {
    const codes = async (...args: string[]) => {
      const { warnings } = await m.ctl(...args);
      return warnings.map(({ code }: { code: string }) => code);
    };
    await shell("echo mine >>src/a", { cwd: m.mount });
    assert.deepEqual(await codes("status"), [], "what changed in the mount");
    assert.deepEqual(await codes("quickstart", m.project), []);
    assert.match((await m.run(["status", m.project])).stdout, /^source +the project is as it was/m);

    await m.stop();
    await shell("echo 2 >src/b; rm src/c; echo new >src/d", { cwd: m.project });
    const started = await m.run(["quickstart", m.project]);
    assert.equal(started.code, 0);
    assert.match(
      started.stderr,
      /^warning: .*1 added, 1 modified, 1 deleted since the import; last/m,
    );
    assert.match(started.stderr, /^hint: .*agentvfs refresh$/m);
    assert.deepEqual(await codes("status"), ["source_changed"]);
    const { compared } = await m.ctl("status");
    assert.deepEqual(compared.changed, { added: 1, modified: 1, deleted: 1 });
    assert.deepEqual([compared.replaced, compared.newest.path], [false, "src/d"]);
    assert.equal(await Deno.readTextFile(m.path("src/b")), "1\n", "the mount shows what it did");

    await m.stop();
    await shell(`mv "$PWD" "$PWD.old"; cp -a "$PWD.old" "$PWD"`, { cwd: m.project });
    const replaced = await m.run(["quickstart", m.project]);
    assert.match(replaced.stderr, /^warning: the project is another directory than the one that/m);
    assert.deepEqual(await codes("status"), ["source_replaced"]);

    // It is told while it is mounted, too.
    await shell(`rm -r "$PWD"; mv "$PWD.old" "$PWD"`, { cwd: m.project });
    assert.deepEqual(await codes("status"), ["source_changed"]);
    await Deno.rename(m.project, `${m.project}.old`);
    const gone = await m.run(["status", m.mount]);
    assert.match(gone.stdout, /^source +the project is gone/m);
    await Deno.rename(`${m.project}.old`, m.project);
  });
});

Deno.test("a workspace that begins anew keeps the old one, which can be mounted beside it", async () => {
  await withProject("echo 1 >file", async (m) => {
    await shell("echo mine >file", { cwd: m.mount });
    await m.ctl("checkpoint", "precious");
    const early = await m.run(["quickstart", "--new", m.project]);
    assert.equal(early.code, 1);
    assert.match(early.stderr, /already running[^]*hint: .*stop/);

    await m.stop();
    await shell("echo 2 >file", { cwd: m.project });
    const { mount, kept, warnings } = await m.ctl("quickstart", "--new", m.project);
    assert.equal(mount, m.mount);
    assert.deepEqual(warnings, []);
    assert.equal(await Deno.readTextFile(m.path("file")), "2\n");
    await m.imported();
    assert.equal((await m.ctl("log")).entries.length, 1);

    const old = await m.ctl("quickstart", m.project, "--store", kept);
    assert.notEqual(old.mount, mount);
    assert.equal(await Deno.readTextFile(join(old.mount, "file")), "mine\n");
    const log = await m.run(["log", "-C", old.mount, "--json"]);
    assert.equal(JSON.parse(log.stdout).entries[0].label, "precious");
    assert.equal((await m.run(["stop", old.mount])).code, 0);
  });
});
