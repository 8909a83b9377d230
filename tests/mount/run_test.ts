/**
 * Programs that are run on a branch: what they see, what becomes of them, what they may ask.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { unifiedRoot } from "../../src/views/cgroup_sessions.ts";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { type Outcome, run, type RunOptions, until } from "../support/process.ts";
import { agentvfs, PROGRAM } from "../support/program.ts";
import { onTerminal, type Step } from "../support/terminal.ts";
import { withTemporary } from "../support/temporary.ts";

const PROJECT = "mkdir sub; echo one >f; echo two >sub/g";
/** A shell's command that prints the directory of its cgroup. */
const OWN_CGROUP = `echo ${unifiedRoot()}$(sed -n 's/^0:://p' /proc/self/cgroup)`;
/** What a shell types to run the program itself. */
const SELF = PROGRAM.map((word) => `'${word}'`).join(" ");

/** `agentvfs run OPTIONS -- bash -c SCRIPT` in the project. */
async function runs(m: Mounted, options: string[], script: string, how: RunOptions = {}) {
  return await m.run(["run", ...options, "--", "bash", "-c", script], { cwd: m.project, ...how });
}

/** What a shell waits with until there is a file. */
function waitFor(path: string): string {
  return `until test -e ${path}; do sleep 0.05; done`;
}

function lines({ stdout }: Outcome): string[] {
  return stdout.trim().split("\n");
}

Deno.test("a program sees its branch at the project's own path and at the mountpoint", async () => {
  await withProject(PROJECT, async (m) => {
    const script = `pwd; echo x >made; ls; ls ${m.mount}; cat ../*/sub/g; echo $AGENTVFS_BRANCH`;
    const outcome = await runs(m, ["--branch", "b"], script);
    assert.equal(outcome.code, 0, outcome.stderr);
    const both = ["f", "made", "sub"];
    assert.deepEqual(lines(outcome), [m.project, ...both, ...both, "two", "b"]);
    assert.match(outcome.stderr, /branch b has changes: 1 added/);
    for (const place of [m.project, m.mount]) {
      assert.deepEqual([...Deno.readDirSync(place)].map(({ name }) => name).sort(), ["f", "sub"]);
    }
    // In a directory below, and from one that only the branch has.
    const below = await runs(m, ["-b", "b"], "pwd; cat ../made; mkdir own; rm g", {
      cwd: join(m.project, "sub"),
    });
    assert.deepEqual(lines(below), [join(m.project, "sub"), "x"]);
    assert.deepEqual(await m.branches(), ["main", "b"]);
  });
});

Deno.test("who stands elsewhere and names the project has the program run in the branch", async () => {
  await withProject(PROJECT, async (m) => {
    await withTemporary(async (elsewhere) => {
      const inSub = join(m.project, "sub");
      const branchTree = `${m.mount}/.agentvfs/branches/b`;
      const ways: [string[], string][] = [
        [["-C", m.project], m.project],
        [["-C", inSub], inSub],
        [["-C", m.mount], m.mount],
        [["-C", `${branchTree}/sub`], inSub],
        [["--sock", m.socket], m.project],
      ];
      for (const [where, expected] of ways) {
        const args = ["run", ...where, "-b", "b", "--", "sh", "-c", "pwd; echo 1 >>made"];
        const outcome = await m.run(args, { cwd: elsewhere });
        assert.equal(outcome.code, 0, outcome.stderr);
        assert.deepEqual(lines(outcome), [expected]);
      }
      // Where the branch is shown, too, one may stand.
      const at = ["run", "-C", m.project, "-b", "b", "--at", elsewhere, "--", "pwd"];
      assert.deepEqual(lines(await m.run(at, { cwd: elsewhere })), [elsewhere]);
      assert.deepEqual([...Deno.readDirSync(elsewhere)], []);
    });
    assert.equal(await Deno.readTextFile(`${m.mount}/.agentvfs/branches/b/made`), "1\n".repeat(3));
  });
});

Deno.test("a run whose project is gone says so", async () => {
  await withProject(PROJECT, async (m) => {
    await Deno.rename(m.project, `${m.project}.away`);
    const outcome = await m.run(["run", "-b", "b", "-C", m.mount, "true"], { cwd: "/" });
    await Deno.rename(`${m.project}.away`, m.project);
    assert.equal(outcome.code, 4);
    assert.match(outcome.stderr, /Cannot show the branch at .+: there is no such directory/);
    assert.match(outcome.stderr, /branches\/b/);
  });
});

Deno.test("without a name the branch is new, and goes if nothing was changed in it", async () => {
  await withProject(PROJECT, async (m) => {
    const nothing = await m.run(["run", "true"], { cwd: m.project });
    assert.equal(nothing.code, 0, nothing.stderr);
    assert.deepEqual(await m.branches(), ["main"]);
    const some = await m.run(["run", "touch", "new"], { cwd: m.project });
    const name = /branch (run\/\S+) has changes/.exec(some.stderr)![1]!;
    assert.deepEqual(await m.branches(), ["main", name]);
    const kept = await runs(m, ["--new", "--from", name, "--checkpoint-on-exit"], "ls; rm new");
    assert.deepEqual(lines(kept), ["f", "new", "sub"]);
    const merged = await runs(m, ["--new", "--merge-on-success"], "echo more >>f");
    assert.equal(merged.code, 0, merged.stderr);
    assert.equal(await Deno.readTextFile(m.path("f")), "one\nmore\n");
    const failed = await runs(m, ["--new", "--merge-on-success"], "echo no >>f; exit 3");
    assert.equal(failed.code, 3);
    assert.equal(await Deno.readTextFile(m.path("f")), "one\nmore\n");
  });
});

Deno.test("the exit code is the program's", async () => {
  await withProject(PROJECT, async (m) => {
    for (const [script, code] of [["exit 7", 7], ["kill -TERM $$", 143], ["kill -KILL $$", 137]]) {
      for (const how of [[], ["--confine"]]) {
        const outcome = await runs(m, ["--branch", "b", ...how], String(script));
        assert.equal(outcome.code, code, `${script} ${how} ${outcome.stderr}`);
      }
    }
    const missing = await m.run(["run", "no-such-program"], { cwd: m.project });
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /There is no program no-such-program/);
    for (const no of ["./f", "/"]) {
      const refused = await m.run(["run", "-b", "b", no], { cwd: m.project });
      assert.equal(refused.code, 126);
      assert.match(refused.stderr, /Cannot run .+: it is a directory, or may not be executed/);
    }
    assert.equal((await m.run(["run"], { cwd: m.project })).code, 2);
    assert.equal((await m.run(["run", "-b", "main", "true"], { cwd: m.project })).code, 2);
  });
});

/** Runs a program in the branch, and `meanwhile` while it waits: then it does what is left of `script`. */
async function during(
  m: Mounted,
  options: string[],
  script: string,
  meanwhile: () => Promise<unknown>,
): Promise<Outcome> {
  return await withTemporary(async (directory) => {
    const [begun, go] = [join(directory, "begun"), join(directory, "go")];
    const waiting = `touch ${begun}; ${waitFor(go)}`;
    const outcome = runs(m, options, `${script}; ${waiting}; exit 0`);
    await until("the program runs", () => Deno.stat(begun).then(() => true, () => false));
    await meanwhile();
    await Deno.writeTextFile(go, "");
    return await outcome;
  });
}

Deno.test("a run does what was asked for although its server goes away, and ends as its program", async () => {
  await withProject(PROJECT, async (m) => {
    const kill = async (script: string) => `kill -KILL ${(await m.status()).serverPid}; ${script}`;
    const failed = await runs(m, ["--new", "--merge-on-success"], await kill("rm f; exit 7"));
    assert.equal(failed.code, 7, failed.stderr);
    assert.equal(await Deno.readTextFile(m.path("f")), "one\n");
    const unchanged = await runs(m, ["--new"], await kill("exit 6"));
    assert.equal(unchanged.code, 6, unchanged.stderr);
    const merged = await runs(m, ["--new", "--merge-on-success"], await kill("echo more >>f"));
    assert.deepEqual([merged.code, merged.stdout], [0, ""], merged.stderr);
    assert.equal(await Deno.readTextFile(m.path("f")), "one\nmore\n");
    const recorded = await during(
      m,
      ["-b", "b", "--checkpoint-on-exit"],
      "echo more >>f",
      () => m.ctl("restart"),
    );
    assert.equal(recorded.code, 0, recorded.stderr);
    assert.match((await m.ctl("log", "--branch", "b")).entries[0].label, /^run bash/);
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("a run does what was asked for although its daemon is stopped, and ends as its program", async () => {
  await withProject(PROJECT, async (m) => {
    const stop = () => m.ctl("stop", "--force");
    const merged = await during(m, ["-b", "b", "--merge-on-success"], "echo b >f", stop);
    assert.equal(merged.code, 0, merged.stderr);
    assert.equal(await Deno.readTextFile((await m.status()).mount + "/f"), "b\n");
    const left = await during(m, ["-b", "c"], "echo c >f; trap 'exit 5' EXIT", stop);
    assert.equal(left.code, 5, left.stderr);
    assert.match(left.stderr, /what the program left is in branch c/);
    await m.start();
    assert.equal(await Deno.readTextFile(m.path(".agentvfs/branches/c/f")), "c\n");
  });
});

Deno.test("a new branch stays if somebody else has come to work in it, and a refused merge is told", async () => {
  await withProject(PROJECT, async (m) => {
    let joined: Promise<Outcome> | undefined;
    await withTemporary(async (directory) => {
      const go = join(directory, "go");
      const outcome = await during(m, ["--new"], "true", async () => {
        const [, name] = await m.branches();
        joined = runs(m, ["-b", name!], `${waitFor(go)}; echo j >f`);
        await until(
          "somebody joins",
          async () => (await m.ctl("session", "list")).sessions.length === 2,
        );
      });
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.match(outcome.stderr, /branch run\/\S+ stays/);
      await Deno.writeTextFile(go, "");
      assert.equal((await joined!).code, 0);
    });
    const [, name] = await m.branches();
    assert.equal(await Deno.readTextFile(m.path(`.agentvfs/branches/${name}/f`)), "j\n");
    const refused = await during(
      m,
      ["-b", "b", "--merge-on-success"],
      "echo b >f",
      () => Deno.writeTextFile(m.path("f"), "m\n"),
    );
    assert.equal(refused.code, 0, refused.stderr);
    assert.match(refused.stderr, /conflict/);
    assert.equal(await Deno.readTextFile(m.path("f")), "m\n");
  });
});

Deno.test("what a program leaves running ends with it", async () => {
  await withProject(PROJECT, async (m) => {
    for (const how of [[], ["--confine"]]) {
      // A number that no other test's programs have.
      const asleep = `sleep 987.${Deno.pid}`;
      const script = `setsid ${asleep} & (${asleep} & disown) & sleep 0.2; echo left`;
      const outcome = await runs(m, ["--branch", "b", ...how], script);
      assert.deepEqual([outcome.code, lines(outcome)], [0, ["left"]], outcome.stderr);
      const { stdout } = await run(["pgrep", "-f", `^${asleep}$`]);
      assert.equal(stdout, "", `still there: ${stdout}`);
    }
    assert.equal((await m.status()).state, "ready");
  });
});

/** Runs a program on a branch in a terminal; each step waits for some output, then types. */
function runOnTerminal(m: Mounted, options: string[], steps: Step[], program: string[]) {
  return onTerminal(m, ["run", "--branch", "b", ...options, "--", ...program], steps);
}

Deno.test("keys typed on the terminal reach the program, and jobs can be stopped and continued", async () => {
  await withProject(PROJECT, async (m) => {
    for (const how of [[], ["--confine"]]) {
      const interrupted = await runOnTerminal(m, how, [["ready", "\x03"], ["interrupted", ""]], [
        "bash",
        "-c",
        "trap 'echo inter''rupted; exit 5' INT; echo rea''dy; while :; do sleep 0.1; done",
      ]);
      assert.equal(interrupted.code, 5, interrupted.said);
      const shell = await runOnTerminal(m, how, [
        ["bash-", "(echo be''gun; exec sleep 100)\r"],
        ["begun", "\x1a"],
        ["Stopped", "jobs\r"],
        ["Stopped", "bg; kill %1; wait; tty && stty size && exit 6\r"],
      ], ["bash", "--norc", "--noprofile", "-i"]);
      assert.equal(shell.code, 6, shell.said);
      // A confined program has pseudo-terminals of its own; the one it is on is its console.
      assert.match(shell.said, how.length === 0 ? /\/dev\/pts\/\d+/ : /\/dev\/console/);
    }
  });
});

/** Types a line on the terminal it is on, as if the user did. Some kernels keep everybody from that (EIO). */
const TYPES = `import fcntl, termios
try:
    for c in b"true\\n":
        fcntl.ioctl(0, termios.TIOCSTI, bytes([c]))
    print("ty" + "ped")
except OSError as error:
    print("errno", error.errno)`;

Deno.test("a confined program cannot type on the terminal for the shell that it was started from", async () => {
  await withProject(PROJECT, async (m) => {
    const types = ["python3", "-c", TYPES];
    assert.match((await runOnTerminal(m, [], [], types)).said, /^(typed|errno 5)\r$/m);
    assert.match((await runOnTerminal(m, ["--confine"], [], types)).said, /^errno 1\r$/m);
  });
});

Deno.test("a daemon is started where none runs, and stays", async () => {
  await withTemporary(async (directory) => {
    const [state, project] = [join(directory, "state"), join(directory, "project")];
    await Deno.mkdir(project);
    await Deno.writeTextFile(join(project, "f"), "one\n");
    try {
      const args = ["run", "sh", "-c", "cat f; echo two >f"];
      const outcome = await agentvfs(state, args, { cwd: project });
      assert.deepEqual([outcome.code, outcome.stdout], [0, "one\n"], outcome.stderr);
      const status = await agentvfs(state, ["status", "--json"], { cwd: project });
      assert.equal(JSON.parse(status.stdout).source, project);
      assert.equal(await Deno.readTextFile(join(project, "f")), "one\n");
    } finally {
      await agentvfs(state, ["stop", "--force", "-C", project]);
    }
  });
});

Deno.test("a program speaks for its own branch and for no other", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "other");
    const { id } = await m.ctl("checkpoint", "theirs", "--branch", "other");
    const allowed = ["checkpoint mine", "log", "diff", "status", "rollback HEAD", "undo"];
    const refused = [
      "branch delete other",
      "branch delete b",
      "branch rename b c",
      "branch show other",
      "branch create new --from other",
      "merge other",
      "merge b --into main",
      "checkpoint x --branch main",
      "checkpoint x --branch other",
      "diff --branch other",
      `show ${id}`,
      `rollback ${id}`,
      "diff other",
      "log --branch main",
      "session list",
      "gc",
      "verify",
      "stop",
      "restart",
    ];
    const script = [...allowed, ...refused].map((words) =>
      `${SELF} ${words} >/dev/null 2>&1; echo $?`
    );
    const outcome = await runs(m, ["--branch", "b"], script.join("\n"));
    const codes = lines(outcome).map(Number);
    assert.deepEqual(codes.slice(0, allowed.length), allowed.map(() => 0), outcome.stderr);
    for (const [i, words] of refused.entries()) assert.equal(codes[allowed.length + i], 1, words);
    // It is the kernel that tells who asks: names, variables and other namespaces change nothing.
    const tricks = [
      `AGENTVFS_BRANCH=main ${SELF} --sock ${m.socket} session list`,
      `setsid -w ${SELF} --sock ${m.socket} session list`,
      `unshare --mount ${SELF} --sock ${m.socket} session list`,
      // Its parent is gone when it asks.
      `(setsid unshare --mount sh -c "${
        waitFor("orphaned")
      }; ${SELF} --sock ${m.socket} session list; echo \\$? >code; mv code done" &)
       touch orphaned; ${waitFor("done")}; exit $(cat done)`,
    ];
    for (const trick of tricks) {
      const tried = await runs(m, ["--branch", "b"], `${trick} >/dev/null`);
      assert.equal(tried.code, 1, trick);
      assert.match(tried.stderr, /Not allowed from inside branch b: list sessions/, trick);
    }
    const inside = await runs(
      m,
      ["--branch", "b"],
      "ls .agentvfs; echo checkpoint by hand >.agentvfs/ctl; cat .agentvfs/ctl",
    );
    const [home, ctl, hook, status, answer] = lines(inside);
    assert.deepEqual([home, ctl, hook, status], ["branches", "ctl", "hook", "status"]);
    assert.equal(JSON.parse(answer!).branch, "b");
    assert.deepEqual(await m.branches(), ["main", "other", "b"]);
  });
});

Deno.test("a branch that is run on is not deleted, and a run outlives its server", async () => {
  await withProject(PROJECT, async (m) => {
    const running = runs(m, ["--branch", "b"], `echo up >up; ${waitFor("end")}; cat end`);
    const tree = m.path(".agentvfs/branches/b");
    await until(
      "the program runs",
      () => Deno.stat(join(tree, "up")).then(() => true, () => false),
    );
    const { sessions } = await m.ctl("session", "list");
    assert.deepEqual(
      sessions.map(({ branch, command }: Record<string, string>) => [branch, command]),
      [["b", "bash"]],
    );
    assert.equal((await m.refused("branch", "delete", "b")).code, "branch_in_use");
    await m.ctl("restart");
    assert.equal((await m.ctl("session", "list")).sessions.length, 1);
    // Under its name when it is written whole: until a write returns others may see its size and not yet its bytes.
    await Deno.writeTextFile(join(tree, "new"), "at last\n");
    await Deno.rename(join(tree, "new"), join(tree, "end"));
    assert.deepEqual(lines(await running), ["at last"]);
    assert.deepEqual((await m.ctl("session", "list")).sessions, []);
    await m.ctl("branch", "delete", "b");
  });
});

Deno.test("a run has a cgroup of its own, which goes with all that is in it", async () => {
  await withCgroup(async (cgroup) => {
    await withProject(PROJECT, async (m) => {
      const script = `mkdir $(${OWN_CGROUP})/inner; echo $$ >$(${OWN_CGROUP})/inner/cgroup.procs
        (setsid sleep 1000 </dev/null >/dev/null 2>&1 &); ${OWN_CGROUP}`;
      const words = [...PROGRAM, "run", "--branch", "b", "--", "bash", "-c", script];
      // No process has a number above 2^22 (proc_sys_kernel(5), pid_max).
      const left = `${cgroup}/agentvfs-run-${2 ** 22 + 1}`;
      await Deno.mkdir(left);
      const outcome = await run(inCgroup(cgroup, words), {
        cwd: m.project,
        env: { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "", NO_COLOR: "1" },
      });
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.match(outcome.stdout, /\/agentvfs-run-\d+\/inner\n$/);
      assert.ok(outcome.stdout.startsWith(cgroup), outcome.stdout);
      // One that a supervisor left, too.
      const names = [...Deno.readDirSync(cgroup)].filter(({ isDirectory }) => isDirectory);
      assert.deepEqual(names.map(({ name }) => name), []);
      assert.match(await Deno.readTextFile(`${cgroup}/cgroup.events`), /^populated 0$/m);
    });
  });
});
