/**
 * Several runs of one command, each on a branch of its own: what they are told, what is left of them, how they are ended.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { assertPrinted } from "../support/assert_fits.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { type RunOptions, until } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";

const PROJECT = "mkdir sub; echo one >f; echo two >sub/g";

async function agents(m: Mounted, options: string[], script: string, how: RunOptions = {}) {
  const args = ["run", ...options, "--", "bash", "-c", script];
  return await m.run(args, { cwd: m.project, ...how });
}

function sorted(text: string): string[] {
  return text.trim().split("\n").toSorted();
}

Deno.test("each agent works on its own branch of the current one, and the exit code says how many failed", async () => {
  await withProject(PROJECT, async (m) => {
    await Deno.writeTextFile(m.path("f"), "not recorded\n");
    const script = `echo $AGENTVFS_AGENT/$AGENTVFS_AGENTS $AGENTVFS_BRANCH; pwd >&2; cat f
      case $AGENTVFS_AGENT in 1) echo mine >f;; 3) rm f; exit 7;; 4) exit 1;; esac`;
    const outcome = await agents(m, ["--agents", "4", "-b", "try", "--checkpoint-on-exit"], script);
    assert.equal(outcome.code, 2, outcome.stderr);
    assert.deepEqual(
      sorted(outcome.stdout),
      [1, 2, 3, 4].flatMap((i) => [`[${i}] ${i}/4 try-${i}`, `[${i}] not recorded`]),
    );
    for (const i of [1, 2, 3, 4]) assert.ok(outcome.stderr.includes(`[${i}] ${m.project}\n`));
    assert.match(outcome.stderr, /4 agents ended, 2 failed/);
    assert.deepEqual(await m.branches(), ["main", "try-1", "try-3"]);
    assert.equal(await Deno.readTextFile(m.path("f")), "not recorded\n");
    assert.match((await m.ctl("log", "--branch", "try-1")).entries[0].label, /^run bash/);

    // Who stands in a branch means that one.
    const cwd = m.path(".agentvfs/branches/try-1");
    const below = await agents(m, ["--agents", "1", "-b", "more"], "cat f; touch x", { cwd });
    assert.deepEqual([below.code, below.stdout], [0, "[1] mine\n"], below.stderr);
    const { branch } = await m.ctl("branch", "show", "more-1")
      .then(({ name, parent }) => ({ branch: [name, parent] }));
    assert.deepEqual(branch, ["more-1", "try-1"]);
  });
});

Deno.test("with --json the result stands alone; with --logs each has a file", async () => {
  await withProject(PROJECT, async (m) => {
    const logs = join(m.state, "logs");
    const args = ["run", "--json", "--agents", "2", "-b", "a/b", "--logs", logs, "--"];
    const script = "echo out; echo error >&2; test $AGENTVFS_AGENT = 1 || echo $$ >sub/g";
    const outcome = await m.run([...args, "sh", "-c", script], { cwd: m.project });
    assert.equal(outcome.code, 0, outcome.stderr);
    await assertPrinted(args, outcome);
    const log = (i: number) => join(logs, `a-b-${i}.log`);
    const none = { added: 0, modified: 0, deleted: 0 };
    const exit = 0;
    assert.deepEqual(JSON.parse(outcome.stdout), {
      base: "main",
      agents: [
        { agent: 1, branch: "a/b-1", exit, state: "unchanged", changed: none, log: log(1) },
        {
          ...{ agent: 2, branch: "a/b-2", exit, state: "changed" },
          ...{ changed: { ...none, modified: 1 }, log: log(2) },
        },
      ],
      failed: 0,
      merge: null,
    });
    for (const i of [1, 2]) {
      assert.deepEqual(sorted(await Deno.readTextFile(log(i))), ["error", "out"]);
    }
    const shown = await m.run(["run", "--json", "--agents", "1", "echo", "x"], { cwd: m.project });
    assert.equal(JSON.parse(shown.stdout).agents.length, 1);
    assert.match(shown.stderr, /^\[1\] x$/m);
  });
});

Deno.test("all agents have branches, or none; what makes no sense is refused", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "try-2");
    const taken = await agents(m, ["--agents", "3", "-b", "try"], "exit 0");
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /There is a branch try-2 already/);
    assert.deepEqual(await m.branches(), ["main", "try-2"]);
    for (
      const options of [
        ["--agents", "0"],
        ["--agents", "65"],
        ["--agents", "two"],
        ["--agents", "2", "--review"],
        ["--agents", "2", "--new"],
        ["--logs", m.state],
      ]
    ) {
      const { code, stderr } = await agents(m, options, "exit 0");
      assert.equal(code, 2, `${options}: ${stderr}`);
    }
  });
});

Deno.test("the first work that passes a test is merged", async () => {
  await withProject(PROJECT, async (m) => {
    const script = "echo $AGENTVFS_AGENT >f; test $AGENTVFS_AGENT != 1";
    const args = ["run", "--json", "--agents", "4", "-b", "try", "--test", "grep '[134]' f", "--"];
    const outcome = await m.run([...args, "bash", "-c", script], { cwd: m.project });
    assert.equal(outcome.code, 0, outcome.stderr);
    await assertPrinted(args, outcome);
    const { merge, failed } = JSON.parse(outcome.stdout);
    assert.deepEqual([merge.state, merge.taken, failed], ["merged", ["try-3"], 1]);
    assert.equal(await Deno.readTextFile(m.path("f")), "3\n");
    await m.ctl("undo");
    const none = await agents(m, ["--agents", "2", "--test", "false"], script);
    assert.equal(none.code, 1, none.stderr);
    assert.match(none.stderr, /nothing was merged into main/);
    assert.equal(await Deno.readTextFile(m.path("f")), "one\n");
  });
});

Deno.test("a run does so with the branches that are made from its own, and with no others", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("branch", "create", "other");
    const self = PROGRAM.map((word) => `'${word}'`).join(" ");
    const script = `
      ${self} branch create child >child; echo child >.agentvfs/branches/child/f
      ${self} run --branch child -- sh -c 'cat f; ${
      self.replaceAll("'", `'\\''`)
    } branch list' >seen
      ${self} merge child --test 'cat f && grep child f' && cat f
      ${self} run --agents 2 -b in --test 'grep 2 f' -- sh -c 'echo $AGENTVFS_AGENT >f'; echo $?; cat f
      ${self} run -b other -- true; echo $?`;
    const outcome = await m.run(["run", "-b", "own", "--", "bash", "-c", script], {
      cwd: m.project,
    });
    const lines = outcome.stdout.trim().split("\n").filter((line) => !/^[0-9a-f]{64}$/.test(line));
    assert.deepEqual(lines, ["child", "0", "2", "1"], outcome.stderr);
    const seen = await Deno.readTextFile(m.path(".agentvfs/branches/own/seen"));
    assert.match(seen, /^child\nchild .*\n$/);
    assert.equal(await Deno.readTextFile(m.path("f")), "one\n");
  });
});

/** Starts two agents, each of which runs for ever in the background as well, and waits until they do. */
async function begun(m: Mounted): Promise<{ child: Deno.ChildProcess; left(): Promise<string[]> }> {
  const name = crypto.randomUUID();
  const script = `sleep 600 & touch ${m.state}/begun-$AGENTVFS_AGENT; wait; sleep 600`;
  const child = new Deno.Command(PROGRAM[0]!, {
    args: [...PROGRAM.slice(1), "run", "--agents", "2", "--", "bash", "-c", script, name],
    cwd: m.project,
    env: { AGENTVFS_STATE_DIR: m.state, MARK: name },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until("both run", async () => {
    const seen = await Array.fromAsync(Deno.readDir(m.state));
    return seen.filter((entry) => entry.name.startsWith("begun-")).length === 2;
  });
  const left = async () => {
    const found: string[] = [];
    for await (const { name: pid } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      const environment = await Deno.readTextFile(`/proc/${pid}/environ`).catch(() => "");
      if (environment.includes(`MARK=${name}\0`)) found.push(pid);
    }
    return found;
  };
  assert.ok((await left()).length >= 6);
  return { child, left };
}

Deno.test("a signal ends all agents and what they started; who is killed leaves none behind", async () => {
  await withProject(PROJECT, async (m) => {
    const interrupted = await begun(m);
    interrupted.child.kill("SIGINT");
    assert.equal((await interrupted.child.status).code, 130);
    assert.deepEqual(await interrupted.left(), []);
    assert.deepEqual(await m.branches(), ["main"]);
    for (const i of [1, 2]) await Deno.remove(join(m.state, `begun-${i}`));

    const killed = await begun(m);
    killed.child.kill("SIGKILL");
    await killed.child.status;
    await until("nothing of it is left", async () => (await killed.left()).length === 0);
  });
});
