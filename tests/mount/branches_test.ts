/**
 * Branches and checkpoints as trees of their own in the mount.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { python } from "../support/python.ts";

const PROJECT = `
mkdir -p src deep/er && echo one >src/a && echo two >src/b && echo x >deep/er/c
ln src/a hard && ln -s src/a soft && chmod 750 src/b
git init -q . && echo ignored >.gitignore && echo secret >ignored
git add -A && git -c user.email=a@b -c user.name=n commit -qm initial`;

function branch(m: Mounted, name: string, ...names: string[]): string {
  return m.path(".agentvfs/branches", name, ...names);
}

function checkpoint(m: Mounted, ref: string, ...names: string[]): string {
  return m.path(".agentvfs/checkpoints", ref, ...names);
}

const read = (path: string) => Deno.readTextFile(path);
const write = (path: string, text: string) => Deno.writeTextFile(path, text);

const NUMBERS = { ENOENT: 2, EXDEV: 18, EROFS: 30, ESTALE: 116 };

async function failsWith(code: keyof typeof NUMBERS, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, { message: new RegExp(`\\(os error ${NUMBERS[code]}\\)`) });
}

/** Ends keeper and server in the middle of whatever they do. */
async function kill(m: Mounted): Promise<void> {
  const { keeperPid, serverPid } = await m.status();
  Deno.kill(keeperPid, "SIGKILL");
  Deno.kill(serverPid, "SIGKILL");
}

Deno.test("a branch begins with everything its parent has, and then neither sees the other's work", async () => {
  await withProject(PROJECT, async (m) => {
    await write(m.path("src/a"), "changed and not recorded\n");
    await write(m.path("untracked"), "untracked\n");
    const made = await m.ctl("branch", "create", "agent/one");
    assert.equal(made.path, branch(m, "agent/one"));
    assert.equal(made.dirty, false);
    assert.equal(await shell(`diff -r --no-dereference . ${made.path}`, { cwd: m.mount }), "");
    assert.equal(await read(branch(m, "agent/one", "ignored")), "secret\n");

    await write(branch(m, "agent/one", "src/b"), "of the branch\n");
    await write(m.path("src/c"), "of main\n");
    await Deno.remove(branch(m, "agent/one", "deep/er/c"));
    assert.equal(await read(m.path("src/b")), "two\n");
    assert.equal(await read(m.path("deep/er/c")), "x\n");
    await failsWith("ENOENT", read(branch(m, "agent/one", "src/c")));

    const { branches } = await m.ctl("branch", "list");
    assert.deepEqual(
      branches.map((b: { name: string; dirty: boolean }) => [b.name, b.dirty]),
      [["main", true], ["agent/one", true]],
    );
  });
});

Deno.test("files of two trees are never one file to a program, and git's index is valid in both", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "other");
    const [main, other] = [
      await Deno.stat(m.path("src/a")),
      await Deno.stat(branch(m, "other", "src/a")),
    ];
    assert.equal(main.dev, other.dev);
    assert.notEqual(main.ino, other.ino);
    assert.equal(main.mtime?.getTime(), other.mtime?.getTime());
    assert.equal((await Deno.stat(branch(m, "other", "hard"))).ino, other.ino);
    await shell(`cp -a . ${branch(m, "other", "copy")} && rm -r ${branch(m, "other", "copy")}`, {
      cwd: m.mount,
    });
    const before = await m.count("READ");
    assert.equal(await shell("git status --porcelain", { cwd: branch(m, "other") }), "");
    // git's own files; no file of the work tree.
    assert.ok(await m.count("READ") - before <= 12);
  });
});

Deno.test("names and links do not cross from one tree into another", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "other");
    await failsWith("EXDEV", Deno.rename(m.path("src/a"), branch(m, "other", "moved")));
    await failsWith("EXDEV", Deno.link(m.path("src/a"), branch(m, "other", "linked")));
    await shell(`mv src/b ${branch(m, "other", "moved")}`, { cwd: m.mount });
    await shell(`cp --reflink=auto deep/er/c ${branch(m, "other", "copied")}`, { cwd: m.mount });
    assert.equal(await read(branch(m, "other", "moved")), "two\n");
    assert.equal(await read(branch(m, "other", "copied")), "x\n");
    assert.equal(await read(branch(m, "main", "src/a")), "one\n");
  });
});

Deno.test("copy_file_range(2) copies from one tree into another", async () => {
  await withProject(`${PROJECT}\nhead -c 700000 /dev/urandom >big`, async (m) => {
    await m.ctl("branch", "create", "other");
    const script = `
import os, sys
source, target = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
print(os.copy_file_range(source, target, 600000, 5, 7))`;
    for (
      const [from, to] of [
        [m.path("big"), branch(m, "other", "to")],
        [branch(m, "other", "big"), m.path("to")],
        [checkpoint(m, "initial", "big"), m.path("from checkpoint")],
      ] as const
    ) {
      const before = await m.count("COPY_FILE_RANGE");
      assert.equal(Number(await python(script, [from, to])), 600_000);
      assert.equal(await m.count("COPY_FILE_RANGE"), before + 1);
      const expected = new Uint8Array(600_007);
      expected.set((await Deno.readFile(from)).subarray(5, 600_005), 7);
      assert.deepEqual(await Deno.readFile(to), expected);
    }
    await shell(`cp .agentvfs/checkpoints/initial/big copied && cmp big copied`, { cwd: m.mount });
  });
});

Deno.test("checkpoints and rollbacks of a branch leave the others alone", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "b");
    const open = await Deno.open(m.path("src/a"));
    await write(branch(m, "b", "src/a"), "first\n");
    const first = await m.ctl("checkpoint", "first", "--branch", "b");
    await write(branch(m, "b", "src/a"), "second\n");
    await write(m.path("src/b"), "main's own\n");
    const replaced = await Deno.open(branch(m, "b", "src/a"));
    const rolled = await m.ctl("rollback", "first", "--branch", "b");
    assert.equal(rolled.id, first.id);
    assert.equal(await read(branch(m, "b", "src/a")), "first\n");
    assert.equal(await read(m.path("src/b")), "main's own\n");
    assert.equal(await new Response(replaced.readable).text(), "second\n");
    assert.equal((await open.stat()).size, 4);
    open.close();
    await m.ctl("undo", "--branch", "b");
    assert.equal(await read(branch(m, "b", "src/a")), "second\n");
    const status = await m.ctl("diff", "--branch", "b");
    assert.deepEqual(status.changes.map((c: { path: string }) => c.path), []);
    // A branch's name is a checkpoint too: main becomes what the branch recorded last.
    await m.ctl("rollback", "b");
    assert.equal(await read(m.path("src/a")), "second\n");
  });
});

Deno.test("a checkpoint can be looked at as a tree that nobody can change", async () => {
  await withProject(PROJECT, async (m) => {
    const { id } = await m.ctl("checkpoint", "baseline");
    await m.ctl("branch", "create", "as-it-was");
    await shell("rm -rf src deep && echo new >new", { cwd: m.mount });
    for (const ref of ["baseline", id, id.slice(0, 12)]) {
      const compare = `diff -r --no-dereference ${branch(m, "as-it-was")} ${checkpoint(m, ref)}`;
      assert.equal(await shell(compare), "", ref);
    }
    await failsWith("EROFS", write(checkpoint(m, "baseline", "src/a"), "x"));
    await failsWith("EROFS", write(checkpoint(m, "baseline", "new"), "x"));
    await failsWith("EROFS", Deno.remove(checkpoint(m, "baseline", "src/a")));
    await failsWith("EROFS", Deno.mkdir(checkpoint(m, "baseline", "d")));
    await failsWith("EROFS", Deno.chmod(checkpoint(m, "baseline", "src/a"), 0o777));
    await failsWith("ENOENT", read(checkpoint(m, "nowhere", "src/a")));
    const names = [...Deno.readDirSync(m.path(".agentvfs/checkpoints"))].map(({ name }) => name);
    assert.deepEqual(names.sort(), ["baseline", "initial"]);
    // A label goes with its newest checkpoint.
    await m.ctl("checkpoint", "baseline");
    await failsWith("ENOENT", read(checkpoint(m, "baseline", "src/a")));
    assert.equal(await read(checkpoint(m, "baseline", "new")), "new\n");
    assert.equal(await read(checkpoint(m, "HEAD~1", "src/a")), "one\n");
  });
});

Deno.test("branch names are checked where they are given", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "taken");
    await m.ctl("branch", "create", "dir/of");
    const bad = [
      "",
      "a b",
      "../x",
      "a/../b",
      "/a",
      "a/",
      "a//b",
      "é",
      "x".repeat(65),
      "HEAD",
      "a\nb",
    ];
    for (const name of bad) {
      const { code } = await m.refused("branch", "create", "--", name);
      assert.match(code, /^(bad_branch_name|bad_params|usage)$/, JSON.stringify(name));
    }
    for (const name of ["taken", "TAKEN", "main", "dir", "taken/below", "Dir/Of"]) {
      assert.equal((await m.refused("branch", "create", name)).code, "branch_exists", name);
    }
    assert.equal(
      (await m.refused("branch", "create", "x", "--from", "nowhere")).code,
      "unknown_ref",
    );
    assert.equal((await m.refused("branch", "delete", "nowhere")).code, "unknown_branch");
    assert.equal((await m.refused("branch", "delete", "main")).code, "main_branch");
    assert.equal((await m.refused("branch", "rename", "taken", "main")).code, "branch_exists");
    assert.equal(
      (await m.refused("checkpoint", "x", "--branch", "nowhere")).code,
      "unknown_branch",
    );
    for (const name of ["x".repeat(64), "a.b_c-d/e", "1"]) await m.ctl("branch", "create", name);
  });
});

Deno.test("a deleted branch is gone at once and can be brought back as it was", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "b");
    await write(branch(m, "b", "work"), "not recorded\n");
    const open = await Deno.open(branch(m, "b", "work"));
    // Whoever asks for it, and what that was started by, may be in it: another program is not.
    const other = new Deno.Command("bash", {
      args: ["-c", 'exec 3<"$0"; echo open; read', branch(m, "b", "work")],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    await other.stdout.getReader().read();
    const inUse = await m.refused("branch", "delete", "b");
    assert.equal(inUse.code, "branch_in_use");
    await other.stdin.close();
    await other.status;
    await open.read(new Uint8Array(4));
    const { head } = await m.ctl("branch", "delete", "b", "--force");
    await failsWith("ESTALE", open.stat());
    await failsWith("ESTALE", open.read(new Uint8Array(4)));
    open.close();
    await failsWith("ENOENT", Deno.stat(branch(m, "b")));
    assert.deepEqual([...Deno.readDirSync(m.path(".agentvfs/branches"))].map(({ name }) => name), [
      "main",
    ]);
    // The same name and the same number, and nothing of what was there.
    await m.ctl("branch", "create", "b");
    await failsWith("ENOENT", read(branch(m, "b", "work")));
    // Its log is what it stands on, with what was of that name before.
    const made = await m.ctl("checkpoint", "on main");
    await m.ctl("branch", "delete", "b");
    await m.ctl("branch", "create", "b");
    const { entries } = await m.ctl("log", "--branch", "b", "--all");
    assert.deepEqual(
      entries.map(({ id, head }: { id: string; head: boolean }) => [id, head]).slice(0, 2),
      [[made.id, true], [head, false]],
    );
    const last = (await m.ctl("log", "--branch", "b", "--limit", "1")).entries;
    assert.deepEqual(last.map(({ id }: { id: string }) => id), [made.id]);
    await m.ctl("branch", "create", "again", "--from", head);
    assert.equal(await read(branch(m, "again", "work")), "not recorded\n");
  });
});

Deno.test("a branch keeps open files and its history under another name", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "before");
    const open = await Deno.open(branch(m, "before", "src/a"), { write: true, append: true });
    await m.ctl("checkpoint", "mark", "--branch", "before");
    await m.ctl("branch", "rename", "before", "after/it");
    await open.write(new TextEncoder().encode("two\n"));
    open.close();
    await failsWith("ENOENT", Deno.stat(branch(m, "before")));
    assert.equal(await read(branch(m, "after/it", "src/a")), "one\ntwo\n");
    const { entries } = await m.ctl("log", "--branch", "after/it");
    assert.equal(entries[0].label, "mark");
    await m.ctl("branch", "create", "before");
    assert.equal(await read(branch(m, "before", "src/a")), "one\n");
  });
});

Deno.test("a killed server and a new mount bring every branch back", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("checkpoint", "baseline");
    for (const name of ["a", "b"]) {
      await m.ctl("branch", "create", name);
      await write(branch(m, name, "src/a"), `of ${name}\n`);
    }
    const kept = await Deno.open(branch(m, "a", "src/a"));
    const old = await Deno.open(checkpoint(m, "baseline", "src/a"));
    await Deno.remove(branch(m, "a", "src/a"));
    Deno.kill((await m.status()).serverPid, "SIGKILL");
    assert.equal((await kept.stat()).size, 5);
    assert.equal((await old.stat()).size, 4);
    await failsWith("ENOENT", read(branch(m, "a", "src/a")));
    await write(branch(m, "a", "more"), "after the kill\n");
    kept.close();
    old.close();
    await kill(m);
    await m.start();
    assert.equal(await read(branch(m, "a", "more")), "after the kill\n");
    await failsWith("ENOENT", read(branch(m, "a", "src/a")));
    assert.equal(await read(branch(m, "b", "src/a")), "of b\n");
    assert.equal(await read(m.path("src/a")), "one\n");
    const { branches } = await m.ctl("branch", "list");
    assert.deepEqual(branches.map((b: { dirty: boolean }) => b.dirty), [false, true, true]);
    await m.ctl("checkpoint", "of a", "--branch", "a");
    assert.equal((await m.ctl("verify")).clean, true);
  }, { allowedLog: [/killed by SIGKILL/, /The keeper is gone/] });
});

Deno.test("what is collected as garbage is in no branch", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "b");
    await write(branch(m, "b", "src/a"), "only in the branch\n");
    await write(m.path("src/a"), "only in main\n");
    await m.ctl("checkpoint", "x");
    await m.ctl("rollback", "initial");
    await m.ctl("gc", "--keep", "1");
    assert.equal(await read(branch(m, "b", "src/a")), "only in the branch\n");
    await m.ctl("rollback", "HEAD", "--branch", "b");
    assert.equal(await read(branch(m, "b", "src/a")), "one\n");
    assert.equal((await m.ctl("verify")).clean, true);
  });
});

/** If a rollback let nobody in, one file might be written while it runs: that whose last request came before. */
const ENOUGH = 10;

Deno.test("while one branch is rolled back, work in the others goes on", async () => {
  await withProject(`mkdir many && cd many && seq 1 5000 | split -l 1 -a 4 - f`, async (m) => {
    await m.ctl("branch", "create", "b");
    await m.ctl("checkpoint", "full", "--branch", "b");
    using client = await m.connect();
    let written = 0;
    let running = true;
    const work = (async () => {
      for (let i = 0; running; i++) {
        await write(m.path(`main-${i % 10}`), String(i));
        written++;
      }
    })();
    // A machine that is busy with other things may leave no time for writes in most of them.
    let most = 0;
    for (let round = 0; round < 5 && most < ENOUGH; round++) {
      await shell("rm -rf many", { cwd: branch(m, "b") });
      const before = written;
      const { changed } = await client.rollback({ ref: "full", branch: "b" });
      most = Math.max(most, written - before);
      assert.equal(changed.added, 5001);
      assert.equal([...Deno.readDirSync(join(branch(m, "b"), "many"))].length, 5000);
    }
    running = false;
    await work;
    assert.ok(most >= ENOUGH, `only ${most} files were written during a rollback`);
  });
});
