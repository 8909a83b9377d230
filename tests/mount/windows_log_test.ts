/**
 * What is told of programs on a volume of Windows, and what rules refuse there: the whole program up to the calls of WinFsp's
 * library, as in `windows_daemon_test.ts`.
 */

import assert from "node:assert/strict";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import { until } from "../support/process.ts";
import { testWith } from "../support/test_with.ts";
import { NtError } from "../windows/driver_door.ts";
import {
  nextServer,
  type Windows,
  type WindowsStatus,
  withWindows,
} from "../windows/stand_in/with_windows.ts";

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
      assert.doesNotMatch(output, /"asked" does not hold/);
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
      const { serverPid } = await json<WindowsStatus>("ctl", "status");
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
