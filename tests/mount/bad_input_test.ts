/**
 * What is refused, with which sentence and exit code, and that nothing is lost by it.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withConversation } from "../support/conversation.ts";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { isAlive } from "../support/is_alive.ts";
import { type Mounted, withMount, withProject } from "../support/mounted.ts";
import { type Outcome, run, shell, succeed, until } from "../support/process.ts";
import { agentvfs } from "../support/program.ts";
import { mountsBelow, withTemporary } from "../support/temporary.ts";

/** A refusal: its exit code, and a sentence on standard error that begins with the program's name. */
function assertRefused(outcome: Outcome, exit: number, sentence: RegExp): void {
  const said = outcome.stdout + outcome.stderr;
  assert.equal(outcome.code, exit, said);
  assert.match(outcome.stderr, /^agentvfs: \S/, said);
  assert.match(outcome.stderr, sentence);
  assert.doesNotMatch(outcome.stderr, /^\s+at |Error:/m, said);
}

async function withDirectories(
  body: (place: { directory: string; project: string; state: string }) => Promise<void>,
): Promise<void> {
  await withTemporary(async (directory) => {
    const [project, state] = [join(directory, "project"), join(directory, "state")];
    await Deno.mkdir(project);
    await Deno.writeTextFile(join(project, "file"), "text");
    await body({ directory, project, state });
    assert.deepEqual(await mountsBelow(directory), []);
  });
}

Deno.test("sources and mountpoints that cannot be used", async () => {
  await withDirectories(async ({ directory, project, state }) => {
    const start = (...args: string[]) => agentvfs(state, ["quickstart", ...args]);
    assertRefused(await start(join(directory, "missing")), 2, /missing/);
    assertRefused(await start(join(project, "file")), 2, /not a directory/);
    assertRefused(await start("/"), 1, /whole system/);
    assertRefused(await start(project, "--mount", "/proc/nowhere"), 4, /nowhere/);
    await Deno.writeTextFile(join(directory, "plain"), "");
    assertRefused(await start(project, "--mount", join(directory, "plain")), 2, /not a directory/);
    assertRefused(await start(project, "--mount", directory), 1, /mount/);
    await Deno.mkdir(join(project, "inside"));
    assertRefused(await start(project, "--mount", join(project, "inside")), 1, /contain itself/);
    assertRefused(
      await start(project, "--store", join(project, "inside")),
      1,
      /imported into itself/,
    );
    const full = join(directory, "full");
    await Deno.mkdir(full);
    await Deno.writeTextFile(join(full, "something"), "");
    assertRefused(await start(project, "--mount", full), 1, /not empty.*something/);
    const busy = join(directory, "busy");
    await Deno.mkdir(busy);
    await succeed(["mount", "-t", "tmpfs", "none", busy]);
    try {
      assertRefused(await start(project, "--mount", busy), 1, /already mounted/);
    } finally {
      await succeed(["umount", busy]);
    }
    assertRefused(await agentvfs(state, ["status", "-C", project]), 3, /no daemon/i);
  });
});

Deno.test("a second daemon on the same project or store", async () => {
  await withProject("echo x >file", async (m) => {
    const again = await m.run(["quickstart", m.project]);
    assert.equal(again.code, 0);
    assert.match(again.stdout, new RegExp(`^mount=${m.mount}$`, "m"));
    assertRefused(await m.run(["daemon", "--source", m.project]), 1, /already running/);

    const [other, mount] = [join(m.state, "other"), join(m.state, "mnt")];
    await Deno.mkdir(other);
    await Deno.mkdir(mount);
    const sameStore = ["quickstart", other, "--store", m.store, "--mount", mount];
    assertRefused(await m.run(sameStore), 1, /store/);
    assert.deepEqual(await mountsBelow(m.state), [m.mount]);
    assert.equal(await Deno.readTextFile(m.path("file")), "x\n");
    await m.ctl("checkpoint", "still works");
  }, { allowedLog: [/Cannot write to the store/] });
});

Deno.test("quickstart at the same time from many sides makes one daemon", async () => {
  await withProject("echo x >file", async (m) => {
    await m.stop();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => m.run(["quickstart", m.project])),
    );
    for (const { code, stdout, stderr } of outcomes) {
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`^mount=${m.mount}$`, "m"));
    }
    assert.deepEqual(await mountsBelow(m.state), [m.mount]);
  });
});

Deno.test("a socket that is dead", async () => {
  await withProject("echo x >file", async (m) => {
    await m.ctl("checkpoint", "base");
    const { keeperPid, serverPid } = await m.status();
    // The keeper first, or it would start another server; this one would end tidily when it notices.
    Deno.kill(serverPid, "SIGSTOP");
    Deno.kill(keeperPid, "SIGKILL");
    Deno.kill(serverPid, "SIGKILL");
    assertRefused(await m.run(["status", "-C", m.project]), 3, /./);
    assertRefused(await m.run(["checkpoint", "label", "-C", m.project]), 3, /./);
    assert.ok((await Deno.lstat(m.socket)).isSocket);
    await m.start();
    assert.equal((await m.status()).head!.label, "base");
  }, { allowedLog: [/SIGKILL/] });
});

Deno.test("stop while somebody sits in the mount", async () => {
  const script = "import sys\nfor line in sys.stdin: print(1, flush=True)";
  await withProject("mkdir d", async (m) => {
    await withConversation(["-c", script], { cwd: m.path("d") }, async (sitter) => {
      await sitter.ask(1);
      const refusal = await m.refused("stop");
      assert.equal(refusal.exit, 1);
      assert.equal(refusal.code, "mount_busy");
      assert.match(refusal.message, new RegExp(`python3?\\S* \\(${sitter.pid}\\)`));
      assert.deepEqual(await Array.fromAsync(Deno.readDir(m.mount), ({ name }) => name), ["d"]);
      await Deno.writeTextFile(m.path("d/file"), "written after the refusal");
      await m.ctl("stop", "--force");
      assert.deepEqual(await mountsBelow(m.state), []);
    });
    await m.start();
    assert.equal(await Deno.readTextFile(m.path("d/file")), "written after the refusal");
  });
});

/** Runs a shell script in a mount namespace of its own, with a copy of every mount. */
async function withNamespace(script: string, body: (pid: number) => Promise<void>): Promise<void> {
  const child = new Deno.Command("unshare", {
    args: [
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      `${script} && echo ready && exec cat`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  try {
    assert.equal(new TextDecoder().decode((await reader.read()).value), "ready\n");
    await until(
      "the shell has become cat",
      () => Deno.readTextFileSync(`/proc/${child.pid}/comm`) === "cat\n",
    );
    await body(child.pid);
  } finally {
    await child.stdin.close();
    await reader.cancel();
    await child.status;
  }
}

Deno.test("stop while another mount namespace has the mount", async () => {
  await withProject("mkdir d", async (m) => {
    await withNamespace(`cd ${m.path("d")}`, async (pid) => {
      const refusal = await m.refused("stop");
      assert.deepEqual([refusal.exit, refusal.code], [1, "mount_busy"]);
      assert.match(refusal.message, new RegExp(`cat \\(${pid}\\)`));
      assert.deepEqual(await mountsBelow(m.state), [m.mount]);
    });
    await withNamespace("cd /", async (pid) => {
      const { keeperPid } = await m.status();
      const { code, stdout, stderr } = await m.run(["-C", m.project, "--json", "stop"]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, new RegExp(`stays, dead, in the mount namespace of .*cat \\(${pid}\\)`));
      // Whoever else on this machine has copied its mounts is named, too.
      const { namespaces } = JSON.parse(stdout) as { namespaces: { pid: number }[] };
      const own = namespaces.filter((namespace) => namespace.pid === pid);
      assert.deepEqual(own, [{ pid, command: "cat" }]);
      assert.ok(!isAlive(keeperPid));
      const looked = await run([
        "nsenter",
        "--mount",
        "--target",
        String(pid),
        "ls",
        m.path("new"),
      ]);
      assert.match(looked.stderr, /Transport endpoint is not connected/);
      await m.start();
      assert.deepEqual(await Array.fromAsync(Deno.readDir(m.mount), ({ name }) => name), ["d"]);
    });
  });
});

Deno.test("stop while a mount namespace without a process has the mount", async () => {
  await withProject("echo one >file", async (m) => {
    await withTemporary(async (temporary) => {
      // It is kept by a file, which has to be in a mount that no other namespace shares.
      const directory = join(temporary, "private");
      await Deno.mkdir(directory);
      await succeed(["mount", "--bind", directory, directory]);
      await succeed(["mount", "--make-private", directory]);
      const file = join(directory, "namespace");
      await Deno.writeTextFile(file, "");
      const keep = ["unshare", `--mount=${file}`, "--propagation", "private", "true"];
      await succeed(keep);
      try {
        await Deno.writeTextFile(m.path("file"), "two\n");
        const { keeperPid } = await m.status();
        await m.ctl("stop");
        assert.ok(!isAlive(keeperPid));
        const looked = await run(["nsenter", `--mount=${file}`, "ls", m.path("new")]);
        assert.match(looked.stderr, /Transport endpoint is not connected/);
        await m.start();
        assert.equal(await Deno.readTextFile(m.path("file")), "two\n");
      } finally {
        await run(["umount", file]);
      }
    });
  });
});

Deno.test("a store of a newer version", async () => {
  await withProject("echo x >file", async (m) => {
    await m.stop();
    const format = join(m.store, "format");
    const text = await Deno.readTextFile(format);
    await Deno.writeTextFile(format, text.replace(/version \d+/, "version 999"));
    assertRefused(await m.run(["quickstart", m.project]), 1, /version 999/);
    assert.deepEqual(await mountsBelow(m.state), []);
    await Deno.writeTextFile(format, text);
    await m.start();
    assert.equal(await Deno.readTextFile(m.path("file")), "x\n");
  }, { allowedLog: [/version 999/] });
});

Deno.test("rollback while a checkpoint runs waits its turn", async () => {
  await withProject("for i in $(seq 50); do echo $i >f$i; done", async (m) => {
    const initial = await manifestOf(m.mount, { inodes: true });
    await shell("head -c 150000000 /dev/urandom >large; rm f1; echo x >f2", { cwd: m.mount });
    const changed = await manifestOf(m.mount, { inodes: true });
    const jobs = ["checkpoint large", "rollback initial", "checkpoint again", "rollback large"];
    const outcomes = await Promise.all(
      jobs.map((job) => m.run(["-C", m.project, "--json", ...job.split(" ")])),
    );
    // In which order they came is theirs; what each left has to be exact.
    for (const { code, stdout } of outcomes) {
      if (code === 0) continue;
      assert.equal(code, 1);
      assert.match(JSON.parse(stdout).error.code, /^(busy|unknown_ref)$/, stdout);
    }
    const ignore = { ignore: ["blocks"] };
    const { head } = await m.status();
    await m.ctl("rollback", "initial");
    assertSame(await manifestOf(m.mount, { inodes: true }), initial, "initial", ignore);
    if ((await m.run(["-C", m.project, "show", "large"])).code === 0) {
      await m.ctl("rollback", "large");
      const now = await manifestOf(m.mount, { inodes: true });
      const expected = now.has("large") ? changed : initial;
      assertSame(now, expected, "large", ignore);
    }
    await m.ctl("rollback", head!.id);
  });
});

/** A store on a file system of its own, of that many MiB. */
async function withSmallStore(
  megabytes: number,
  body: (mounted: Mounted, disk: string) => Promise<void>,
): Promise<void> {
  await withTemporary(async (directory) => {
    const [project, disk] = [join(directory, "project"), join(directory, "disk")];
    await Deno.mkdir(project);
    await Deno.mkdir(disk);
    await shell("echo one >file; mkdir d; echo two >d/two", { cwd: project });
    await succeed(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "none", disk]);
    const options = {
      arguments: ["--store", join(disk, "store")],
      allowedLog: [/no space|ENOSPC|No space/i],
    };
    await withMount(project, (m) => body(m, disk), options);
  });
}

/** Fills a disk up to so many bytes. What the daemon takes meanwhile is not there for us. */
async function fillUp(disk: string, leave: number): Promise<void> {
  await until("the disk is full", async () => {
    const free = Number(await succeed(["stat", "-f", "-c", "%a", disk])) * 4096;
    if (free <= leave) return true;
    const { code } = await run(["fallocate", "-l", String(free - leave), join(disk, "ballast")]);
    return code === 0;
  });
}

Deno.test("a full disk during a checkpoint loses nothing", async () => {
  await withSmallStore(64, async (m, disk) => {
    const initial = await manifestOf(m.mount, { inodes: true });
    await shell("head -c 15000000 /dev/urandom >large; echo changed >file; rm -r d", {
      cwd: m.mount,
    });
    const changed = await manifestOf(m.mount, { inodes: true });
    const { head } = await m.status();
    const options = { ignore: ["blocks"] };
    for (const leave of [0, 4096, 40_000, 300_000, 3_000_000, 10_000_000]) {
      await fillUp(disk, leave);
      const refusal = await m.refused("checkpoint", `with ${leave} bytes left`);
      assert.equal(refusal.code, "no_space", `${leave}: ${refusal.message}`);
      assert.equal(refusal.exit, 1);
      assert.match(refusal.message, /no space left/i);
      const status = await m.status();
      assert.deepEqual(status.head, head);
      assert.equal(status.dirty, true);
      assert.equal((await m.refused("rollback", "initial")).code, "no_space");
      const now = await manifestOf(m.mount, { inodes: true });
      assertSame(now, changed, `With ${leave} bytes left`, options);
      await Deno.remove(join(disk, "ballast"));
    }
    await m.ctl("checkpoint", "room again");
    assertSame(await manifestOf(m.mount, { inodes: true }), changed, "Stored", options);
    await m.ctl("rollback", "initial");
    assertSame(await manifestOf(m.mount, { inodes: true }), initial, "initial", options);
    await m.ctl("rollback", "room again");
    assertSame(await manifestOf(m.mount, { inodes: true }), changed, "room again", options);
    await m.restart();
    assertSame(await manifestOf(m.mount, { inodes: true }), changed, "After a restart", options);
  });
});

Deno.test("on a full disk writes are refused, reads go on, and the mount recovers", async () => {
  await withSmallStore(32, async (m, disk) => {
    await fillUp(disk, 2_000_000);
    const outcome = await run(["dd", "if=/dev/urandom", "of=large", "bs=100k", "count=100"], {
      cwd: m.mount,
    });
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.stderr, /No space left/);
    assert.equal(await Deno.readTextFile(m.path("file")), "one\n");
    await assert.rejects(
      Deno.mkdir(m.path("new")).then(() =>
        shell("head -c 100000 /dev/zero >new/f", { cwd: m.mount })
      ),
    );
    const before = await manifestOf(m.mount, { inodes: true });
    await Deno.remove(join(disk, "ballast"));
    await Deno.writeTextFile(m.path("after"), "room");
    await Deno.remove(m.path("after"));
    const ignore = { ignore: ["blocks", "mtime", "ctime"] };
    await m.restart();
    assertSame(await manifestOf(m.mount, { inodes: true }), before, "After a restart", ignore);
    await m.ctl("checkpoint", "recovered");
    await m.ctl("rollback", "initial");
    assert.equal(await Deno.readTextFile(m.path("file")), "one\n");
  });
});
