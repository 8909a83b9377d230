/**
 * The whole program as on Windows, up to the calls of WinFsp's library: keeper, server, the thread that waits in the driver,
 * knocks, notices, a new volume where a server dies. A stand-in plays the driver, and programs' file work comes through its
 * door. Files, processes and sockets are Linux's. It shows nothing of what WinFsp's driver does.
 */

import assert from "node:assert/strict";
import { NtError } from "../windows/driver_door.ts";
import { nextServer, type WindowsStatus, withWindows } from "../windows/stand_in/with_windows.ts";
import { until } from "../support/process.ts";
import { testWith } from "../support/test_with.ts";

testWith(
  "cc",
  "Windows: checkpoint, diff, rollback, branches, apply, stop",
  () =>
    withWindows(async ({ project, mount, ask, json, onVolume }) => {
      await onVolume(async (volume) => {
        assert.equal(await volume.place(), mount);
        assert.equal(await volume.read("\\SRC\\A"), "as imported\n", "case does not count");
        await volume.write("\\src\\a", "one\n");
        await volume.mkdir("\\docs");
        await volume.write("\\docs\\new.txt", "new\n");
        await json("ctl", "checkpoint", "one");

        await volume.write("\\src\\a", "two\n");
        await volume.remove("\\docs\\new.txt");
        await volume.rename("\\docs", "\\text");
        const { stdout } = await ask("diff", "--stat");
        assert.match(stdout, /src\/a/);
        await volume.notices();
        await json("ctl", "rollback", "one");
        assert.equal(await volume.read("\\src\\a"), "one\n");
        assert.deepEqual(await volume.list("\\"), ["docs", "src"]);
        assert.equal(await volume.read("\\docs\\new.txt"), "new\n");
        const told = await volume.notices();
        for (const name of ["\\src\\a", "\\text", "\\docs"]) {
          assert.ok(told.includes(name), `${name} is told of: ${told}`);
        }

        await json("branch", "create", "try");
        assert.deepEqual(await volume.list("\\.agentvfs\\branches"), ["main", "try"]);
        await volume.write("\\.agentvfs\\branches\\try\\src\\b", "b\n");
        await assert.rejects(volume.read("\\src\\b"), NtError);
        await json("checkpoint", "b", "--branch", "try");
        await json("merge", "try");
        assert.equal(await volume.read("\\src\\b"), "b\n");
      });
      await json("apply");
      assert.equal(await Deno.readTextFile(`${project}/src/a`), "one\n");
      assert.equal(await Deno.readTextFile(`${project}/docs/new.txt`), "new\n");
      assert.equal(await Deno.readTextFile(`${project}/src/b`), "b\n");
      const { code, stdout } = await ask("stop");
      assert.deepEqual([code, stdout], [0, `mount=${mount}\nstatus=stopped\n`]);
      await assert.rejects(Deno.stat(mount), Deno.errors.NotFound);
    }),
);

testWith(
  "cc",
  "Windows: who watches is told of branches and checkpoints that are made and go",
  () =>
    withWindows(({ ask, json, onVolume }) =>
      onVolume(async (volume) => {
        const told = async (name: string) => {
          const all: string[] = [];
          return await until(`${name} is told of`, async () => {
            all.push(...await volume.notices());
            return all.includes(name) ? all : null;
          });
        };
        const branches = "\\.agentvfs\\branches";
        await json("branch", "create", "team/try");
        const made = await told(`${branches}\\team\\try`);
        assert.ok(made.indexOf(`${branches}\\team`) < made.indexOf(`${branches}\\team\\try`));
        await json("branch", "rename", "team/try", "team/other");
        const renamed = await told(`${branches}\\team\\other`);
        assert.ok(renamed.includes(`${branches}\\team\\try`), `${renamed}`);
        assert.ok(!renamed.includes(`${branches}\\team`), `${renamed}`);
        await json("branch", "create", "team/child", "--from", "team/other");
        await told(`${branches}\\team\\other${branches}\\team\\child`);
        const child = await ask("branch", "delete", "team/child");
        assert.equal(child.code, 0, child.stderr);
        await told(`${branches}\\team\\other${branches}\\team\\child`);
        const { code, stderr } = await ask("branch", "delete", "team/other");
        assert.equal(code, 0, stderr);
        const gone = await told(`${branches}\\team`);
        assert.ok(gone.includes(`${branches}\\team\\other`), `${gone}`);

        const checkpoints = "\\.agentvfs\\checkpoints";
        await volume.write("\\src\\a", "one\n");
        await json("ctl", "checkpoint", "one");
        await told(`${checkpoints}\\one`);
        assert.ok((await volume.list(checkpoints)).includes("one"));
        await volume.write("\\src\\a", "two\n");
        await json("ctl", "checkpoint", "a/b");
        const { entries } = await json<{ entries: { id: string }[] }>("log");
        await told(`${checkpoints}\\${entries[0]!.id.slice(0, 12)}`);
        await json("ctl", "rollback", "one");
        await told(`${checkpoints}\\one`);
        const unnamed: string[] = [];
        for (const text of ["three", "four", "five"]) {
          await volume.write("\\src\\a", text);
          const { id } = await json<{ id: string }>("checkpoint");
          unnamed.push(`${checkpoints}\\${id.slice(0, 12)}`);
        }
        await told(unnamed[2]!);
        await json("gc", "--keep", "1");
        await told(unnamed[1]!);
      })
    ),
);

testWith(
  "cc",
  "Windows: a checkpoint has what the system had kept of mappings, in a volume as old as its workspace",
  () =>
    withWindows(async (windows) => {
      const { json, onVolume } = windows;
      const created = await onVolume(async (volume) => {
        await volume.write("\\src\\a", "before\n");
        await json("ctl", "checkpoint", "before");
        const close = await volume.map("\\src\\a", "mapped\n");
        assert.equal(await volume.read("\\src\\a"), "before\n", "it is not written back yet");
        await json("ctl", "checkpoint", "mapped");
        await close();
        await json("ctl", "rollback", "before");
        assert.equal(await volume.read("\\src\\a"), "before\n");
        await json("ctl", "rollback", "mapped");
        assert.equal(await volume.read("\\src\\a"), "mapped\n");
        return await volume.created();
      });
      const { serverPid } = await json<WindowsStatus>("ctl", "status");
      await json("restart");
      await nextServer(windows, serverPid);
      assert.equal(await onVolume((volume) => volume.created()), created);
    }),
);

testWith(
  "cc",
  "Windows: what a program has open keeps a branch from being deleted or renamed, and the volume from being unmounted",
  () =>
    withWindows(({ mount, ask, json, onVolume }) =>
      onVolume(async (volume) => {
        await json("branch", "create", "try");
        const close = await volume.hold("\\.agentvfs\\branches\\try\\src\\a", Deno.pid);
        const users = new RegExp(`in use by \\S+ \\(${Deno.pid}\\)`);
        const inBranch = await ask("branch", "delete", "try");
        assert.deepEqual([inBranch.code, users.test(inBranch.stderr)], [1, true], inBranch.stderr);
        const renamed = await ask("branch", "rename", "try", "other");
        assert.deepEqual([renamed.code, users.test(renamed.stderr)], [1, true], renamed.stderr);
        const refused = await ask("stop");
        assert.deepEqual([refused.code, users.test(refused.stderr)], [1, true], refused.stderr);
        assert.match(refused.stderr, /--force/);
        await close();
        await json("branch", "delete", "try");
        await volume.hold("\\src\\a", Deno.pid);
        const { code, stdout } = await ask("stop", "--force");
        assert.deepEqual([code, stdout], [0, `mount=${mount}\nstatus=stopped\n`]);
      })
    ),
);

testWith(
  "cc",
  "Windows: after a server that was killed, or replaced, there is a new volume at the same place",
  () =>
    withWindows(async (windows) => {
      const { mount, json, onVolume } = windows;
      const acknowledged = await onVolume(async (volume) => {
        for (let i = 0; i < 20; i++) await volume.write(`\\src\\f${i}`, `${i}\n`);
        return await volume.list("\\src");
      });
      const first = await json<WindowsStatus>("ctl", "status");
      Deno.kill(first.serverPid, "SIGKILL");
      const second = await nextServer(windows, first.serverPid);
      assert.deepEqual([second.restarts, second.keeperPid, second.mount], [
        1,
        first.keeperPid,
        mount,
      ]);
      await onVolume(async (volume) => {
        assert.equal(await volume.place(), mount);
        assert.deepEqual(await volume.list("\\src"), acknowledged);
        assert.equal(await volume.read("\\src\\f19"), "19\n");
        await volume.write("\\src\\f19", "more\n");
      });
      await json("restart");
      await nextServer(windows, second.serverPid);
      assert.equal(await onVolume((volume) => volume.read("\\src\\f19")), "more\n");
      await json("checkpoint", "done");
    }),
);

testWith(
  "cc",
  "Windows: a daemon that was killed with its server is started again, and nothing is lost",
  () =>
    withWindows(async ({ mount, json, onVolume }) => {
      await onVolume((volume) => volume.write("\\kept", "kept\n"));
      const { keeperPid, serverPid } = await json<WindowsStatus>("ctl", "status");
      for (const process of [keeperPid, serverPid]) Deno.kill(process, "SIGKILL");
      assert.equal((await json<WindowsStatus>("quickstart")).mount, mount);
      assert.equal(await onVolume((volume) => volume.read("\\kept")), "kept\n");
    }),
);
