/**
 * The whole program as on macOS: on stand-ins for its libraries and for fuse-t, whose server mounts here. It shows that our
 * side does what it is to do, and nothing of what macOS and fuse-t do.
 */

import assert from "node:assert/strict";
import { hookLine } from "../../src/agents/plugin/hook_line.ts";
import { withMac } from "../macos/stand_in/with_mac.ts";
import { run, shell, until } from "../support/process.ts";
import { mountsBelow } from "../support/temporary.ts";
import { isAlive } from "../support/is_alive.ts";
import { testWith } from "../support/test_with.ts";

const FILES = 150;

/** A process that looks like fuse-t's server of a mount, and does not end by SIGTERM. */
async function leftServer(program: string, mount: string): Promise<Deno.ChildProcess> {
  const ready = `${program}.${crypto.randomUUID()}`;
  const script = "import signal, sys; signal.signal(15, signal.SIG_IGN); " +
    "open(sys.argv[1], 'w').close(); signal.pause()";
  await Deno.symlink(await realPython(), program).catch(() => {});
  const process = new Deno.Command(program, {
    args: ["-c", script, ready, "--volname=agentvfs", mount],
    stdin: "null",
  }).spawn();
  await until("the left server runs", () => exists(ready));
  return process;
}

async function realPython(): Promise<string> {
  return (await shell(`python3 -c 'import sys; print(sys.executable)'`)).trim();
}

interface Status {
  readonly keeperPid: number;
  readonly serverPid: number;
  readonly restarts: number;
}

testWith(
  "cc",
  "macOS: a rollback has been seen when its command returns; branches are folders",
  () =>
    withMac(async ({ mount, program, ask, json }) => {
      const read = (path: string) => Deno.readTextFile(`${mount}/${path}`);
      assert.equal(await read("src/a"), "as imported\n");
      await Deno.writeTextFile(`${mount}/src/a`, "one\n");
      await Deno.writeTextFile(`${mount}/new`, "new\n");
      await json("ctl", "checkpoint", "one");
      await Deno.writeTextFile(`${mount}/src/a`, "two\n");
      await Deno.remove(`${mount}/new`);
      await Deno.mkdir(`${mount}/later`);
      const before = await Deno.stat(`${mount}/src`);
      assert.equal(await read("src/a"), "two\n");
      await json("ctl", "rollback", "one");
      assert.equal(await read("src/a"), "one\n");
      assert.equal(await read("new"), "new\n");
      await assert.rejects(Deno.stat(`${mount}/later`), Deno.errors.NotFound);
      const after = await Deno.stat(`${mount}/src`);
      assert.equal(after.ino, before.ino, "What is in the same place keeps its number");
      assert.ok(after.ctime! > before.ctime!, "What changed is shown to have changed now");

      const shown = () => shell(`stat --cached=never -c '%z %y' '${mount}' '${mount}/src'`);
      const shownBefore = await shown();
      const { serverPid } = await json<Status>("ctl", "status");
      Deno.kill(serverPid, "SIGKILL");
      await until("another server answers", async () => {
        const status = await json<Status>("ctl", "status").catch(() => null);
        return status !== null && status.serverPid !== serverPid;
      });
      assert.equal(await shown(), shownBefore, "Another server shows the same times");

      await json("branch", "create", "try");
      const told = await ask("run", "--branch", "try", "--", "sh", "-c", "pwd -P; echo b >src/b");
      assert.equal(told.stdout.trim(), `${mount}/.agentvfs/branches/try`, told.stderr);
      assert.match(told.stderr, /nothing else is kept from the program/);
      assert.equal(await read(".agentvfs/branches/try/src/b"), "b\n");
      await assert.rejects(read("src/b"), Deno.errors.NotFound);
      // Wherever the program stands: no view of the kernel's tells its branch.
      const line = `cd / && exec "$@"`;
      const inside = ["sh", "-c", line, "sh", ...program, "checkpoint", "from inside", "--json"];
      const made = await ask("run", "--branch", "try", "--", ...inside);
      assert.equal(JSON.parse(made.stdout).branch, "try", made.stdout + made.stderr);
      using _open = await Deno.open(`${mount}/src/a`);
      const busy = await ask("stop");
      assert.equal(busy.code, 1, busy.stdout);
      assert.match(busy.stderr, new RegExp(`in use by .*\\(${Deno.pid}\\)`));

      const confined = await ask("run", "--branch", "try", "--confine", "--", "true");
      assert.deepEqual([confined.code, /on Linux only/.test(confined.stderr)], [4, true]);
    }),
);

testWith(
  "cc",
  "macOS: what its client makes by itself is there, and in no checkpoint, diff, branch or apply",
  () =>
    withMac(async ({ mount, project, ask, json }) => {
      const read = (path: string) => Deno.readTextFile(`${mount}/${path}`);
      assert.equal(await read("src/._own"), "the project's\n");
      await json("ctl", "checkpoint", "one");
      await Deno.writeTextFile(`${mount}/src/b`, "b\n");
      await Deno.writeTextFile(`${mount}/src/._b`, "attributes of b\n");
      using open = await Deno.open(`${mount}/src/a`);
      await Deno.rename(`${mount}/src/a`, `${mount}/src/.nfs.20260101.0001`);
      const diff = await ask("ctl", "diff", "--name-status");
      assert.deepEqual(
        diff.stdout.trim().split("\n").sort(),
        ["A\tsrc/b", "D\tsrc/a"],
        diff.stderr,
      );
      await json("ctl", "checkpoint", "two");
      await json("branch", "create", "try");
      assert.deepEqual(await list(`${mount}/.agentvfs/branches/try/src`), ["._own", "b"]);
      assert.deepEqual(await list(`${mount}/src`), ["._b", "._own", ".nfs.20260101.0001", "b"]);
      await json("ctl", "rollback", "one");
      assert.deepEqual(
        await list(`${mount}/src`),
        ["._b", "._own", ".nfs.20260101.0001", "a"],
      );
      assert.equal(await read("src/._b"), "attributes of b\n");
      open.close();
      await json("ctl", "rollback", "two");
      await json("apply");
      assert.deepEqual(await list(`${project}/src`), ["._own", "b"]);
      const { keeperPid, serverPid } = await json<Status>("ctl", "status");
      for (const process of [keeperPid, serverPid]) Deno.kill(process, "SIGKILL");
      await json("quickstart", project);
      assert.deepEqual(await list(`${mount}/src`), ["._b", "._own", "b"]);
      assert.equal(await read("src/._b"), "attributes of b\n");
    }),
);

async function list(path: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
}

testWith(
  "cc",
  "macOS: rules hold; who asks is not known, and not told",
  () =>
    withMac(async ({ mount, project, ask, json }) => {
      const files = ["kept", "hidden", "for-one", "for-git", "tool"];
      for (const file of files) await Deno.writeTextFile(`${mount}/${file}`, "#!/bin/sh\n");
      await Deno.chmod(`${mount}/tool`, 0o755);
      const read = (file: string) => Deno.readTextFile(`${mount}/${file}`);
      assert.equal(await read("hidden"), "#!/bin/sh\n");
      const rules = [
        { name: "kept", path_pattern: "kept", deny: "write,unlink,rename" },
        { name: "hidden", path_pattern: "hidden", deny: "read" },
        { name: "one", path_pattern: "for-one", deny: "read", uid: Deno.uid()! + 1 },
        { path_pattern: "for-git", allow: "read", program: "git" },
        { name: "others", path_pattern: "for-git", deny: "read" },
        { name: "tool", path_pattern: "tool", deny: "exec" },
      ];
      await Deno.writeTextFile(`${project}/../rules.json`, JSON.stringify({ version: 1, rules }));
      const { unheld } = await json<{ unheld: { rule: string; why: string }[] }>(
        ...["policy", "install", "../rules.json"],
      );
      assert.deepEqual(unheld, [
        { rule: "one", why: "macOS does not tell who asks: it is about everybody" },
        { rule: "rule 4", why: "macOS does not tell who asks: it is about nobody" },
        {
          rule: "tool",
          why: "macOS does not tell that a file is read in order to run it: add read",
        },
      ]);
      const denied = (promise: Promise<unknown>) =>
        assert.rejects(promise, Deno.errors.PermissionDenied);
      await denied(Deno.writeTextFile(`${mount}/kept`, "other"));
      await denied(Deno.remove(`${mount}/kept`));
      await denied(Deno.rename(`${mount}/kept`, `${mount}/moved`));
      for (const file of ["hidden", "for-one", "for-git"]) await denied(read(file));
      assert.equal(await read("kept"), "#!/bin/sh\n");
      assert.equal((await run([`${mount}/tool`])).code, 0);
      const { stdout } = await ask("policy", "denials");
      assert.match(stdout, /read {2}for-one {2}on main {2}by "one"$/m);
      assert.doesNotMatch(stdout, /user/);
      const { sources } = await json<{ sources: { name: string; state: string }[] }>(
        ...["telemetry", "status"],
      );
      assert.deepEqual(sources.filter(({ state }) => state !== "failed").map(({ name }) => name), [
        "mount",
      ]);
      for (const option of [["--telemetry", "ebpf"], ["--cgroups"], ["--strict"]]) {
        const refused = await ask("quickstart", ...option);
        assert.deepEqual([refused.code, refused.stdout], [4, ""], option.join(" "));
        assert.match(refused.stderr, /[Oo](n Linux only|nly Linux)/);
      }
      const told = await ask("telemetry", "status");
      assert.match(told.stdout, /^on Linux only: ebpf, .*$/m);
      assert.doesNotMatch(told.stdout, /failed/);
      const tree = await ask("audit", "tree");
      assert.deepEqual([tree.code, tree.stdout], [0, ""]);
      assert.match(tree.stderr, /no request tells here who asks/);
      const { checks } = JSON.parse((await ask("doctor", "--json")).stdout) as {
        checks: { name: string; found: string }[];
      };
      const found = new Map(checks.map(({ name, found }) => [name, found]));
      assert.match(found.get("state")!, /writable, on apfs$/);
      assert.equal(found.has("caching"), false, "Nothing is agreed with a kernel");
    }),
);

testWith(
  "cc",
  "macOS: agents' hooks and commands in .agentvfs are answered when a file is opened anew",
  () =>
    withMac(async ({ mount, ask, json }) => {
      const tell = async (event: object, cwd = mount) => {
        const { code, stdout, stderr } = await run(["sh", "-c", hookLine(true)], {
          cwd,
          stdin: JSON.stringify({ session_id: "s", ...event }) + "\n",
        });
        assert.deepEqual([code, stderr], [0, ""]);
        return stdout;
      };
      const sessions = ["a", "b", "c", "d"];
      const start = (session_id: string) => tell({ hook_event_name: "SessionStart", session_id });
      for (const greeting of await Promise.all(sessions.map(start))) {
        assert.match(greeting, /kept by agentvfs: branch main, last checkpoint/);
      }
      const call = { tool_name: "Bash", tool_input: { command: "make" }, tool_use_id: "t" };
      assert.equal(await tell({ hook_event_name: "PreToolUse", ...call }), "");
      await Deno.writeTextFile(`${mount}/src/made`, "made\n");
      await tell({ hook_event_name: "PostToolUse", ...call }, `${mount}/src`);
      const { stdout: log } = await ask("log");
      assert.match(log, /Bash: make .*by claude/);

      const command = (line: string) =>
        shell(`cd '${mount}' && echo '${line}' >.agentvfs/ctl && cat .agentvfs/ctl`);
      assert.equal(JSON.parse(await command("checkpoint by-ctl")).label, "by-ctl");
      await Deno.remove(`${mount}/src/made`);
      assert.equal(JSON.parse(await command("rollback by-ctl")).ok, true);
      assert.equal(await Deno.readTextFile(`${mount}/src/made`), "made\n");
      const read = async () => JSON.parse(await Deno.readTextFile(`${mount}/.agentvfs/status`));
      const { head } = await read();
      assert.equal(head.label, "by-ctl");
      await json("ctl", "checkpoint", "later");
      assert.equal((await read()).head.label, "later");
      const listed = await shell(`ls '${mount}/.agentvfs/checkpoints'`);
      assert.deepEqual(
        listed.trim().split("\n").filter((name) => /^(initial|by-ctl|later)$/.test(name)),
        ["by-ctl", "initial", "later"],
      );
    }),
);

testWith(
  "cc",
  "macOS: of two projects each is meant by who stands in its mount; paths may have blanks and umlauts",
  () =>
    withMac(async ({ home, mount, project, askIn, json }) => {
      const second = `${home}/Größe & co`;
      await Deno.mkdir(second);
      await Deno.writeTextFile(`${second}/f`, "second\n");
      try {
        const other = await json<{ mount: string }>("quickstart", second);
        for (const [at, source] of [[mount, project], [other.mount, second]] as const) {
          const { code, stdout, stderr } = await askIn(at, "status", "--json");
          assert.equal(code, 0, stderr);
          assert.equal(JSON.parse(stdout).source, source);
        }
        // Its keeper is known by its arguments: nobody takes the mount for one that was left.
        const doctor = await askIn(home, "doctor", "--fix", "--json");
        const { checks } = JSON.parse(doctor.stdout) as {
          checks: { name: string; found: string }[];
        };
        assert.equal(checks.find(({ name }) => name === "mounts")!.found, "2 in use");
        assert.equal(await Deno.readTextFile(`${other.mount}/f`), "second\n");
      } finally {
        const { code, stderr } = await askIn(second, "stop");
        assert.equal(code, 0, stderr);
      }
    }),
);

testWith(
  "cc",
  "macOS: who waits for the disk holds nobody else up",
  () =>
    withMac(async ({ hold, mount, json }) => {
      await json("ctl", "checkpoint", "one");
      await Deno.writeTextFile(hold, "");
      let isSynced = false;
      const syncing = shell(
        `python3 -c 'import os; f = os.open("${mount}/s", os.O_CREAT | os.O_WRONLY); os.write(f, b"s"); os.fsync(f)'`,
      ).then(() => isSynced = true);
      try {
        await until("the disk is waited for", () => exists(`${hold}.held`));
        let answered = "";
        void shell(`cd '${mount}' && echo other >other && cat other && ls`)
          .then((text) => answered = text);
        await until("others are answered", () => answered !== "");
        assert.deepEqual(answered.trim().split("\n"), ["other", "other", "s", "src"]);
        assert.equal(isSynced, false);
      } finally {
        await Deno.remove(hold);
      }
      await syncing;
    }),
);

/** What a promise has, if it has it already. */
function settled<T>(promise: Promise<T>): Promise<T | null> {
  return Promise.race([promise, Promise.resolve(null)]);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

testWith(
  "cc",
  "macOS: programs do not notice that the server is killed",
  () =>
    withMac(async ({ mount, json }) => {
      const work = shell(
        `
      cd '${mount}' && mkdir work && cd work
      for i in $(seq ${FILES}); do
        echo $i >f$i && mv f$i g$i && ln g$i h$i && echo more >>g$i && rm h$i && mkdir d$i || exit 1
      done
      cat g* | wc -l; ls | wc -l
    `,
        { deadlineMs: 100_000 },
      );
      let kills = 0;
      const killing = (async () => {
        for (let pid = 0; kills < 3; kills++) {
          pid = await until("another server answers", async () => {
            const { serverPid } = await json<Status>("ctl", "status").catch(() => ({
              serverPid: pid,
            }));
            return serverPid === pid ? null : serverPid;
          });
          Deno.kill(pid, "SIGKILL");
        }
      })();
      assert.deepEqual((await work).trim().split(/\s+/), [String(2 * FILES), String(2 * FILES)]);
      await killing;
      const { restarts } = await until(
        "the last server answers",
        () => json<Status>("ctl", "status").catch(() => null),
      );
      assert.equal(restarts, kills);
      await json("ctl", "checkpoint", "done");
    }),
);

testWith(
  "cc",
  "macOS: a server whose keeper is killed sees the pipe close, unmounts and ends; nothing is lost",
  () =>
    withMac(async ({ home, mount, project, json }) => {
      await Deno.writeTextFile(`${mount}/kept`, "kept\n");
      const { keeperPid, serverPid } = await json<Status>("ctl", "status");
      const given = await Deno.readTextFile(`/proc/${serverPid}/environ`);
      const line = /(?:^|\0)AGENTVFS_LIFE_LINE=(\d+)\0/.exec(given)![1];
      const pipe = await Deno.readLink(`/proc/${serverPid}/fd/${line}`);
      assert.match(pipe, /^pipe:/);
      const info = await Deno.readTextFile(`/proc/${serverPid}/fdinfo/${line}`);
      assert.match(info, /^flags:\s+02/m, "No child of a server has it");
      Deno.kill(keeperPid, "SIGKILL");
      await until("the server ends", () => Promise.resolve(!isAlive(serverPid)));
      await until("the mount is gone", async () => (await mountsBelow(home)).length === 0);
      await json("quickstart", project);
      assert.equal(await Deno.readTextFile(`${mount}/kept`), "kept\n");
    }),
);

testWith(
  "cc",
  "macOS: what a daemon left that was killed is taken away, and nothing is lost",
  () =>
    withMac(async ({ mount, project, json }) => {
      await Deno.writeTextFile(`${mount}/kept`, "kept\n");
      const { keeperPid, serverPid } = await json<Status>("ctl", "status");
      const left = await leftServer(`${project}/../go-nfsv4`, mount);
      const other = await leftServer(`${project}/../go-nfsv4`, `${mount}-other`);
      try {
        await json("ctl", "status");
        for (const process of [keeperPid, serverPid]) Deno.kill(process, "SIGKILL");
        await json("quickstart", project);
        const ended = Promise.race([left.status, other.status]);
        const { signal } = await until("the left server has ended", () => settled(ended));
        assert.equal(signal, "SIGKILL");
        assert.ok(isAlive(other.pid), "Another mount's is left alone");
      } finally {
        for (const process of [left, other]) if (isAlive(process.pid)) process.kill("SIGKILL");
        await other.status;
      }
      const again = await json<{ mount: string }>("quickstart", project);
      assert.equal(again.mount, mount);
      assert.equal(await Deno.readTextFile(`${mount}/kept`), "kept\n");
    }),
);
