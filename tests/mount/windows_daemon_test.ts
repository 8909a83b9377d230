/**
 * The whole program as on Windows, up to the calls of WinFsp's library: keeper, server, the thread that waits in the driver,
 * knocks, notices, a new volume where a server dies. A stand-in plays the driver, and programs' file work comes through its
 * door. Files, processes and sockets are Linux's. It shows nothing of what WinFsp's driver does.
 */

import assert from "node:assert/strict";
import { NtError } from "../windows/driver_door.ts";
import { nextServer, type WindowsStatus, withWindows } from "../windows/stand_in/with_windows.ts";
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
