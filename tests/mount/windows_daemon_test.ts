/**
 * The whole program as on Windows, up to the calls of WinFsp's library: keeper, server, the thread that waits in the driver,
 * knocks, notices, a new volume where a server dies. A stand-in plays the driver, and programs' file work comes through its
 * door. Files, processes and sockets are Linux's. It shows nothing of what WinFsp's driver does.
 */

import assert from "node:assert/strict";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import { DriverDoor, NtError } from "../windows/driver_door.ts";
import { makeStandIns, pretendingCommand } from "../windows/stand_in/stand_ins.ts";
import { type Outcome, run, until } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { testWith } from "../support/test_with.ts";

interface Status {
  readonly mount: string;
  readonly keeperPid: number;
  readonly serverPid: number;
  readonly restarts: number;
  readonly changes: number;
}

interface Windows {
  readonly project: string;
  readonly mount: string;
  ask(...words: string[]): Promise<Outcome>;
  /** Answer of a command that has to succeed, read as JSON. */
  json<T>(...words: string[]): Promise<T>;
  /** What programs do on the volume of the server that there is now. */
  onVolume<T>(work: (door: DriverDoor) => Promise<T>): Promise<T>;
}

/** Runs `use` with a program that takes this machine for Windows, on which a project is mounted. */
function withWindows(use: (windows: Windows) => Promise<void>): Promise<void> {
  return withTemporary(async (directory) => {
    const project = `${directory}/project`;
    await Deno.mkdir(`${project}/src`, { recursive: true });
    await Deno.writeTextFile(`${project}/src/a`, "as imported\n");
    const standIns = await makeStandIns(directory);
    const env = {
      ...standIns.env,
      AGENTVFS_STATE_DIR: `${directory}/state`,
      USERPROFILE: directory,
    };
    const ask = (...words: string[]) =>
      run([...pretendingCommand(standIns), ...words], { env, cwd: project });
    const json = async <T>(...words: string[]): Promise<T> => {
      const { code, stdout, stderr } = await ask(...words, "--json");
      assert.equal(code, 0, stdout + stderr);
      return JSON.parse(stdout) as T;
    };
    const onVolume = async <T>(work: (door: DriverDoor) => Promise<T>): Promise<T> => {
      const door = await DriverDoor.open(standIns.door);
      try {
        return await work(door);
      } finally {
        door.close();
      }
    };
    try {
      const { mount } = await json<Status>("quickstart");
      await use({ project, mount, ask, json, onVolume });
    } finally {
      await ask("stop");
    }
  });
}

/** The status of the server that serves once another one than `before` does. */
function nextServer({ json }: Windows, before: number): Promise<Status> {
  return until("another server answers", async () => {
    const status = await json<Status>("ctl", "status").catch(() => null);
    return status === null || status.serverPid === before ? null : status;
  });
}

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

/** What `audit` tells of the volume, once there is something after `last`. */
function changesOf({ mount, ask }: Windows, last: string): Promise<string[]> {
  return until(`the log has ${last}`, async () => {
    const { code, stdout, stderr } = await ask("audit", "--json");
    assert.equal(code, 0, stderr);
    const told = stdout.split("\n").filter((line) => line !== "").map((line) => {
      const { event, file, process, rule, agentvfs } = JSON.parse(line);
      if (event.provider !== "mount") return null;
      assert.ok(process.pid > 0, line);
      assert.ok(!("user" in process) && !("user" in JSON.parse(line)), "a user has no number");
      const within = (path: string) => path.slice(mount.length + 1);
      const target = file.target_path === undefined ? "" : ` -> ${within(file.target_path)}`;
      const verdict = agentvfs.verdict === "allow" ? "" : ` ${agentvfs.verdict} ${rule.name}`;
      return `${agentvfs.branch}: ${event.action} ${within(file.path)}${target}${verdict}`;
    }).filter((event) => event !== null);
    return told.at(-1) === last ? told : null;
  });
}

testWith(
  "cc",
  "Windows: what programs do is in the log of events",
  () =>
    withWindows(async (windows) => {
      const { json, onVolume } = windows;
      await json("branch", "create", "try");
      await onVolume(async (volume) => {
        await volume.write("\\SRC\\a", "one\n");
        await volume.mkdir("\\docs");
        await volume.write("\\docs\\new.txt", "new\n");
        await volume.rename("\\docs\\new.txt", "\\src\\text");
        await volume.remove("\\src\\text");
        await volume.mkdir("\\.agentvfs\\branches\\try\\more");
      });
      assert.deepEqual(await changesOf(windows, "try: mkdir more"), [
        "main: truncate src/a",
        "main: write src/a",
        "main: mkdir docs",
        "main: create docs/new.txt",
        "main: write docs/new.txt",
        "main: rename docs/new.txt -> src/text",
        "main: unlink src/text",
        "try: mkdir more",
      ]);
    }),
);

/** As a volume says it of what rules refuse. */
const isDenied = (error: unknown) =>
  error instanceof NtError && error.status === NtStatus.ACCESS_DENIED;

testWith(
  "cc",
  "Windows: what rules deny is refused, by every server to come, and told",
  () =>
    withWindows(async (windows) => {
      const { project, json, ask, onVolume } = windows;
      const rules = [
        { name: "sources", path_pattern: "/src/**", deny: "write,unlink,rename" },
        { name: "of git", path_pattern: "/x", allow: "write", program: "git" },
        { name: "of users", path_pattern: "/x", deny: "write", uid: 1000 },
        { name: "on try", path_pattern: "/only", deny: "create", branch: "try" },
        { name: "asked", path_pattern: "/y", ask: "nobody" },
      ];
      await Deno.writeTextFile(`${project}/../rules.json`, JSON.stringify({ rules }));
      const { code, stdout, stderr } = await ask("policy", "install", "../rules.json");
      assert.equal(code, 0);
      const output = stdout + stderr;
      assert.match(output, /of users.*A user has no number on Windows: it holds for everybody/);
      assert.match(output, /asked.*Filters run on Linux only: what it leaves to one is denied/);
      const { opens } = await json<{ opens: boolean }>("policy", "show");
      assert.ok(opens);
      await onVolume(async (volume) => {
        await assert.rejects(volume.write("\\SRC\\A", "changed\n"), isDenied);
        await assert.rejects(volume.remove("\\src\\a"), isDenied);
        await assert.rejects(volume.rename("\\src\\a", "\\b"), isDenied);
        await assert.rejects(volume.write("\\y", "asked\n"), isDenied);
        await volume.write("\\free", "free\n");
        assert.match(
          await volume.read("\\.agentvfs\\status"),
          /Writing src\/a was refused by the rule .*sources/,
        );
      });
      const { denials } = await json<{ denials: { operation: string; uid: null; rule: string }[] }>(
        "policy",
        "denials",
      );
      assert.deepEqual(denials.map(({ operation, rule, uid }) => [operation, rule, uid]), [
        ["write", "sources", null],
        ["unlink", "sources", null],
        ["rename", "sources", null],
        ["create", "asked", null],
      ]);
      assert.deepEqual(await changesOf(windows, "main: write free"), [
        "main: open src/a deny sources",
        "main: unlink src/a deny sources",
        "main: rename src/a -> b deny sources",
        "main: create y deny asked",
        "main: create free",
        "main: write free",
      ]);
      const { serverPid } = await json<Status>("ctl", "status");
      Deno.kill(serverPid, "SIGKILL");
      await nextServer(windows, serverPid);
      await onVolume((volume) => assert.rejects(volume.write("\\src\\a", "changed\n"), isDenied));
      await json("branch", "create", "try");
      await onVolume(async (volume) => {
        const side = "\\.agentvfs\\branches\\try";
        await assert.rejects(volume.write(`${side}\\only`, "x\n"), isDenied);
        await assert.rejects(volume.write(`${side}\\src\\a`, "x\n"), isDenied);
        await volume.write("\\only", "x\n");
      });
      const tested = await json<{ verdicts: { verdict: string; rule: string }[] }>(
        ...["policy", "test", "x", "--op", "write", "--program", "C:\\Tools\\Git.exe"],
      );
      assert.deepEqual(
        tested.verdicts.map(({ verdict, rule }) => [verdict, rule]),
        [["allow", "of git"]],
      );
      await json("policy", "remove");
      await onVolume((volume) => volume.write("\\src\\a", "changed\n"));
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
      const first = await json<Status>("ctl", "status");
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
      const { keeperPid, serverPid } = await json<Status>("ctl", "status");
      for (const process of [keeperPid, serverPid]) Deno.kill(process, "SIGKILL");
      assert.equal((await json<Status>("quickstart")).mount, mount);
      assert.equal(await onVolume((volume) => volume.read("\\kept")), "kept\n");
    }),
);
