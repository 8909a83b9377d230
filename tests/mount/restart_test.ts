/**
 * The server dies while programs work in the mount: they must not notice, and nothing may be lost.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { withConversation } from "../support/conversation.ts";
import { isAlive } from "../support/is_alive.ts";
import { type Mounted, withMount, withProject } from "../support/mounted.ts";
import { run, shell, succeed, until } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { mountsBelow, withTemporary } from "../support/temporary.ts";

const WORK = fileURLToPath(new URL("./restart_work.py", import.meta.url));
const PROJECT = "mkdir work; for i in $(seq 40); do echo $i > f$i; done";
const ALLOWED = { allowedLog: [/was killed by SIGKILL/] };

/** Kills the server and resolves when another one answers. */
async function replaceServer(mounted: Mounted): Promise<void> {
  const { serverPid, restarts } = await mounted.status();
  Deno.kill(serverPid, "SIGKILL");
  await until("another server answers", async () => {
    const outcome = await mounted.run(["-C", mounted.project, "--json", "status"]);
    if (outcome.code !== 0) return false;
    const status = JSON.parse(outcome.stdout);
    return status.serverPid !== serverPid && status.restarts === restarts + 1;
  });
}

Deno.test("a server that died is reported, one that was replaced is not", async () => {
  await withProject(PROJECT, async (mounted) => {
    const first = await mounted.status();
    assert.equal(first.crashReport, null);
    const answer = await mounted.ctl("restart");
    assert.deepEqual([answer.restarts, answer.mount], [1, mounted.mount]);
    const second = await mounted.status();
    assert.equal(second.keeperPid, first.keeperPid);
    assert.deepEqual([second.restarts, second.crashReport], [1, null]);
    assert.ok(!isAlive(first.serverPid) && isAlive(second.serverPid));
    await replaceServer(mounted);
    const third = await mounted.status();
    assert.equal(third.restarts, 2);
    const report = JSON.parse(await Deno.readTextFile(third.crashReport!));
    assert.deepEqual(
      [report.serverPid, report.signal, report.wasReady, report.restarts, report.keeperPid],
      [second.serverPid, "SIGKILL", true, 1, first.keeperPid],
    );
    const log = await mounted.logText();
    assert.match(log, /The server is replaced as asked/);
    assert.ok(log.includes(`Report of the crash: ${third.crashReport}`));
    await mounted.ctl("restart");
    assert.equal((await mounted.status()).crashReport, third.crashReport);
  }, ALLOWED);
});

Deno.test("a command that comes while the server is replaced waits for the next one", async () => {
  await withProject(PROJECT, async (mounted) => {
    for (let i = 0; i < 3; i++) {
      const { serverPid } = await mounted.status();
      Deno.kill(serverPid, "SIGKILL");
      await until("the server is gone", () => !isAlive(serverPid));
      assert.equal((await mounted.ctl("checkpoint", `${i}`)).label, `${i}`);
    }
  }, ALLOWED);
});

/** Changes the server so many times under a program at work, which has to go on each time. */
async function underWork(
  mounted: Mounted,
  times: number,
  change: (time: number) => Promise<unknown>,
): Promise<void> {
  const end = `${mounted.state}/end`;
  const work = run(["python3", WORK, mounted.path("work"), end]);
  try {
    const rounds = async () =>
      (await Deno.stat(mounted.path("work/kept")).catch(() => ({ size: 0 }))).size / 8;
    for (let time = 1; time <= times; time++) {
      const before = await rounds();
      await until("the program goes on", async () => await rounds() >= before + 5);
      await change(time);
    }
  } finally {
    await Deno.writeTextFile(end, "");
  }
  const { code, stderr } = await work;
  assert.equal(code, 0, stderr);
}

Deno.test("programs at work do not notice that the server is replaced", async () => {
  await withProject(PROJECT, async (mounted) => {
    const times = 8;
    await underWork(mounted, times, async (time) => {
      await mounted.ctl("restart");
      if (time % 2 === 0) await mounted.ctl("checkpoint", `replaced ${time}`);
    });
    assert.equal((await mounted.status()).restarts, times);
  });
});

Deno.test("checkpoints that are looked up while the server is replaced are found, and no error is told", async () => {
  await withProject(PROJECT, async (mounted) => {
    for (let round = 0; round < 3; round++) {
      const names: string[] = [];
      for (let i = 0; i < 12; i++) {
        using client = await mounted.connect();
        const { id, label } = await client.checkpoint({ label: `${round}-${i}` });
        names.push(label!, id.slice(0, 12), id);
      }
      using client = await mounted.connect();
      const { serverPid } = await client.restart({});
      const looks = names.map((name) => Deno.stat(mounted.path(".agentvfs/checkpoints", name)));
      for (const look of looks) assert.ok((await look).isDirectory);
      await until("another server answers", async () => {
        const outcome = await mounted.run(["-C", mounted.project, "--json", "status"]);
        return outcome.code === 0 && JSON.parse(outcome.stdout).serverPid !== serverPid;
      });
    }
  });
});

Deno.test("a restart that is asked for in the mount is answered", async () => {
  await withProject(PROJECT, async (mounted) => {
    const { serverPid } = await mounted.status();
    const ask = `
import json, sys
with open(sys.argv[1], "w+b", buffering=0) as ctl:
    ctl.write(b'{"v":1,"id":1,"method":"restart"}\\n')
    ctl.seek(0)
    print(ctl.read().decode())
`;
    const said = await succeed(["python3", "-c", ask, mounted.path(".agentvfs/ctl")]);
    assert.deepEqual(JSON.parse(said).result, { serverPid });
    await until("another server answers", async () => {
      const outcome = await mounted.run(["-C", mounted.project, "--json", "status"]);
      return outcome.code === 0 && JSON.parse(outcome.stdout).serverPid !== serverPid;
    });
    assert.equal(await Deno.readTextFile(mounted.path("f7")), "7\n");
  });
});

Deno.test("a kernel that does not send requests again: a dead server's mount goes, and it is said", async () => {
  Deno.env.set("AGENTVFS_WITHOUT", "resend");
  try {
    await withProject(PROJECT, async (mounted) => {
      const { keeperPid, serverPid, caches } = await mounted.status();
      assert.equal(caches.resend, false);
      const refusal = await mounted.refused("restart");
      assert.deepEqual([refusal.code, refusal.exit], ["no_resend", 4]);
      await Deno.writeTextFile(mounted.path("f1"), "written");
      using held = await Deno.open(mounted.path("f2"));
      Deno.kill(serverPid, "SIGKILL");
      await assert.rejects(
        held.sync(),
        ({ code }: { code: string }) => ["ENOTCONN", "ECONNABORTED"].includes(code),
      );
      await until("the keeper ends", () => !isAlive(keeperPid));
      assert.deepEqual(await mountsBelow(mounted.state), []);
      assert.match(await mounted.logText(), /Cannot take over .* does not send again/);
      await mounted.start();
      assert.equal(await Deno.readTextFile(mounted.path("f1")), "written");
    }, { allowedLog: [/was killed by SIGKILL/] });
  } finally {
    Deno.env.delete("AGENTVFS_WITHOUT");
  }
});

Deno.test("programs at work do not notice that the server is killed", async () => {
  await withProject(PROJECT, (mounted) =>
    underWork(mounted, 10, async (time) => {
      await replaceServer(mounted);
      if (time % 2 === 0) await mounted.ctl("checkpoint", `kill ${time}`);
    }), ALLOWED);
});

Deno.test("what was open, cached or unlinked is there after the server was killed", async () => {
  await withProject(PROJECT, async (mounted) => {
    await mounted.ctl("checkpoint", "base");
    const file = await Deno.open(mounted.path("f1"), { read: true, write: true });
    const gone = await Deno.open(mounted.path("gone"), { read: true, write: true, create: true });
    await gone.write(new TextEncoder().encode("still here"));
    await Deno.remove(mounted.path("gone"));
    // A checkpoint takes the unlinked file's records out of the journal.
    await mounted.ctl("checkpoint", "unlinked");
    await Deno.rename(mounted.path("f2"), mounted.path("work/moved"));
    const before = await Deno.stat(mounted.path("work/moved"));
    await replaceServer(mounted);
    await replaceServer(mounted);
    const text = new Uint8Array(10);
    await gone.seek(0, Deno.SeekMode.Start);
    assert.equal(await gone.read(text), 10);
    assert.equal(new TextDecoder().decode(text), "still here");
    await file.seek(0, Deno.SeekMode.End);
    await file.write(new TextEncoder().encode("more\n"));
    assert.equal(await Deno.readTextFile(mounted.path("f1")), "1\nmore\n");
    assert.deepEqual(await Deno.stat(mounted.path("work/moved")), before);
    await assert.rejects(Deno.stat(mounted.path("f2")), Deno.errors.NotFound);
    file.close();
    gone.close();
    await mounted.ctl("rollback", "base");
    assert.equal(await Deno.readTextFile(mounted.path("f1")), "1\n");
    assert.equal(await Deno.readTextFile(mounted.path("f2")), "2\n");
  }, ALLOWED);
});

Deno.test("a build goes through although the server is killed again and again", async () => {
  const sources = `
    calls=""
    for i in $(seq 30); do
      echo "int f$i(int x) { return x + $i; }" > f$i.c
      echo "int f$i(int);" >> all.h
      calls="$calls + f$i(1)"
    done
    printf '#include <stdio.h>\\n#include "all.h"\\nint main(void) { printf("%%d\\\\n", 0%s); }\\n' "$calls" > main.c
    printf 'prog: main.o %s\\n\\tcc -o $@ $^\\n%%.o: %%.c all.h\\n\\tcc -c -o $@ $<\\n' "$(echo f*.c | sed 's/[.]c/.o/g')" > Makefile
  `;
  await withProject(sources, async (mounted) => {
    let building = true;
    const build = succeed(["make", "-j2"], { cwd: mounted.mount }).finally(() => building = false);
    let kills = 0;
    while (building && kills < 10) {
      await replaceServer(mounted);
      kills++;
    }
    await build;
    assert.ok(kills > 0, "the build was over before the first kill");
    const sum = 30 + 30 * 31 / 2;
    assert.equal((await succeed(["./prog"], { cwd: mounted.mount })).trim(), String(sum));
  }, ALLOWED);
});

Deno.test("a file that lost a name of several while it was imported is still open", async () => {
  await withTemporary(async (project) => {
    await shell("mkdir d e held; echo content >d/a; ln d/a e/b; echo x >held/x", { cwd: project });
    // The import cannot end while nobody can open what is in there.
    const hold = [scriptPath(import.meta.url, "hold_opens.py"), `${project}/held`];
    await withConversation(hold, {}, async (holder) => {
      await holder.ask(null);
      await withMount(project, async (mounted) => {
        using file = await Deno.open(mounted.path("d/a"), { read: true, write: true });
        await Deno.remove(mounted.path("d/a"));
        assert.equal((await mounted.status()).import.state, "running");
        await replaceServer(mounted);
        assert.equal((await mounted.status()).import.state, "running");
        const bytes = new Uint8Array(20);
        assert.equal(await file.read(bytes), 8);
        await file.write(new TextEncoder().encode("more\n"));
        await holder.end();
        await mounted.imported();
        await replaceServer(mounted);
        assert.equal((await file.stat()).nlink, 1);
        assert.equal(await Deno.readTextFile(mounted.path("e/b")), "content\nmore\n");
      }, { ...ALLOWED, imported: false });
    });
  });
});
