/**
 * Merges that have to pass a test: what is tested is what the branch becomes, and whatever dies, nothing is half done.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { mergeTested } from "../../src/control/library/merge_tested.ts";
import type { Choice, Trial } from "../../src/control/library/merge_tested_options.ts";
import { ServiceError } from "../../src/control/service_error.ts";
import { assertPrinted } from "../support/assert_fits.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";

const PROJECT = "for f in a b c; do echo $f >$f; done; mkdir sub";

/** A branch of main in which a file is changed. */
async function branch(m: Mounted, name: string, file: string, text: string): Promise<void> {
  await m.ctl("branch", "create", name);
  await Deno.writeTextFile(m.path(".agentvfs/branches", name, file), text);
}

function read(m: Mounted, file: string): Promise<string> {
  return Deno.readTextFile(m.path(file));
}

Deno.test("the branch becomes exactly what passed, without what the test left, and one undo takes it back", async () => {
  await withProject(PROJECT, async (m) => {
    await branch(m, "good", "a", "good\n");
    await Deno.writeTextFile(m.path("b"), "not recorded\n");
    const test = `cat ../a ../b; touch ../litter; rm ../c; test $AGENTVFS_SOURCES = good`;
    const args = ["merge", "good", "--test", test, "--label", "tested"];
    const merged = await m.run(args, { cwd: join(m.project, "sub") });
    assert.equal(merged.code, 0, merged.stderr);
    assert.match(merged.stdout, /^[0-9a-f]{64}\n$/);
    assert.match(merged.stderr, /^good\nnot recorded\nagentvfs: good passed/m);
    assert.equal(await read(m, "a"), "good\n");
    assert.deepEqual([...Deno.readDirSync(m.mount)].map(({ name }) => name).sort(), [
      ...["a", "b", "c", "sub"],
    ]);
    const [head] = (await m.ctl("log")).entries;
    assert.deepEqual([head.kind, head.label], ["merge", "tested"]);
    assert.deepEqual(await m.branches(), ["main", "good"]);
    // It is known to be merged.
    assert.equal((await m.ctl("merge", "good", "--test", "false")).state, "unchanged");
    await m.ctl("undo");
    assert.deepEqual([await read(m, "a"), await read(m, "b")], ["a\n", "not recorded\n"]);

    const failed = await m.run(["merge", "good", "--test", "exit 3"], { cwd: m.project });
    assert.deepEqual([failed.code, failed.stdout], [1, ""]);
    assert.match(failed.stderr, /good failed with exit code 3/);
    assert.equal(await read(m, "a"), "a\n");
    assert.deepEqual(await m.branches(), ["main", "good"]);
  });
});

/** `agentvfs merge OPTIONS --json`, whatever its exit code: the states and scores of the candidates, and what was taken. */
async function candidates(m: Mounted, exit: number, ...options: string[]) {
  const args = ["merge", "--json", "-C", m.project, ...options];
  const outcome = await m.run(args);
  assert.equal(outcome.code, exit, outcome.stderr);
  await assertPrinted(args, outcome);
  const { state, taken, candidates } = JSON.parse(outcome.stdout);
  // deno-lint-ignore no-explicit-any
  const rows = candidates.map(({ sources, state, score }: any) => [...sources, state, score]);
  return { state, taken, rows };
}

Deno.test("of several the first that passes is taken, or the best; each is told of", async () => {
  await withProject(PROJECT, async (m) => {
    for (const [name, text] of [["one", "1"], ["three", "3"], ["two", "2"]]) {
      await branch(m, name!, "a", `${text}\n`);
    }
    await branch(m, "other", "a", "words\n");
    await m.ctl("branch", "create", "same");
    const all = ["one", "three", "same", "two", "other"];
    const first = await candidates(m, 0, ...all, "--best-of", "--test", "grep '[23]' a");
    assert.deepEqual(first, {
      state: "merged",
      taken: ["three"],
      rows: [
        ["one", "failed", null],
        ["three", "passed", null],
        ["same", "untried", null],
        ["two", "untried", null],
        ["other", "untried", null],
      ],
    });
    assert.equal(await read(m, "a"), "3\n");
    await m.ctl("undo");

    const best = await candidates(m, 0, ...all, "--best-of", "--score", "--test", "echo x; cat a");
    assert.deepEqual(best, {
      state: "merged",
      taken: ["three"],
      rows: [
        ["one", "passed", 1],
        ["three", "passed", 3],
        ["same", "unchanged", null],
        ["two", "passed", 2],
        ["other", "failed", null],
      ],
    });

    // What was merged is in conflict with the others.
    assert.deepEqual(await candidates(m, 1, "one", "two", "--best-of", "--test", "true"), {
      state: "refused",
      taken: null,
      rows: [["one", "conflicts", null], ["two", "conflicts", null]],
    });
    assert.equal(await read(m, "a"), "3\n");
    const decided = ["one", "--strategy", "theirs", "--test", "grep 1 a"];
    assert.deepEqual((await candidates(m, 0, ...decided)).taken, ["one"]);
    assert.equal(await read(m, "a"), "1\n");
  });
});

Deno.test("of sources that are merged together, those in conflict are left, and the rest is tested", async () => {
  await withProject(PROJECT, async (m) => {
    await branch(m, "one", "a", "1\n");
    await branch(m, "two", "a", "2\n");
    await branch(m, "docs", "b", "docs\n");
    assert.deepEqual(await candidates(m, 1, "one", "two", "docs", "--test", "grep docs b"), {
      state: "merged",
      taken: ["one", "docs"],
      rows: [["one", "two", "docs", "passed", null]],
    });
    assert.deepEqual([await read(m, "a"), await read(m, "b")], ["1\n", "docs\n"]);
  });
});

Deno.test("what makes no sense is refused", async () => {
  await withProject(PROJECT, async (m) => {
    await branch(m, "one", "a", "1\n");
    for (
      const options of [
        ["--test", "true", "--dry-run"],
        ["--test", "true", "--strategy", "markers"],
        ["--best-of"],
        ["--score", "--test", "true"],
      ]
    ) {
      assert.equal((await m.refused("merge", "one", ...options)).exit, 2, options.join(" "));
    }
    assert.equal((await m.refused("merge", "none", "--test", "true")).code, "unknown_ref");
    assert.deepEqual(await m.branches(), ["main", "one"]);
  });
});

/** Merges by the library; `test` is told how often it was called. */
async function byLibrary(
  m: Mounted,
  take: Choice,
  test: (trial: Trial, round: number) => Promise<boolean>,
  signal?: AbortSignal,
) {
  using client = await m.connect();
  let round = 0;
  return await mergeTested((call) => call(client, false), {
    sources: ["one"],
    take,
    test: async (trial) => ({ passed: await test(trial, ++round) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

Deno.test("what was not tested does not get in: work that goes on in the branch is tested too, or nothing is merged", async () => {
  await withProject(PROJECT, async (m) => {
    await branch(m, "one", "a", "1\n");
    const seen: string[] = [];
    const merged = await byLibrary(m, "all", async ({ path }, round) => {
      seen.push(await Deno.readTextFile(join(path, "b")));
      if (round === 1) await Deno.writeTextFile(m.path("b"), "meanwhile\n");
      return true;
    });
    assert.deepEqual([merged.state, seen], ["merged", ["b\n", "meanwhile\n"]]);
    assert.deepEqual([await read(m, "a"), await read(m, "b")], ["1\n", "meanwhile\n"]);
    await m.ctl("undo");

    const failed = await byLibrary(m, "first", async (_, round) => {
      await Deno.writeTextFile(m.path("b"), `round ${round}\n`);
      return round === 1;
    });
    assert.deepEqual([failed.state, failed.candidates[0]!.state], ["refused", "failed"]);
    const restless = byLibrary(m, "all", async (_, round) => {
      await Deno.writeTextFile(m.path("b"), `restless ${round}\n`);
      return true;
    });
    await assert.rejects(
      restless,
      (error: ServiceError) => error.code === "branch_moved" && /main/.test(error.message),
    );
    assert.equal(await read(m, "a"), "a\n");
    assert.deepEqual(await m.branches(), ["main", "one"]);
  });
});

Deno.test("a merge that is aborted, or whose client is killed, changes nothing and leaves nothing", async () => {
  await withProject(PROJECT, async (m) => {
    await branch(m, "one", "a", "1\n");
    const abort = new AbortController();
    const aborted = byLibrary(m, "all", () => {
      abort.abort(new Error("enough"));
      return Promise.resolve(true);
    }, abort.signal);
    await assert.rejects(aborted, /enough/);
    assert.deepEqual(await m.branches(), ["main", "one"]);

    const merging = (script: string) =>
      new Deno.Command(PROGRAM[0]!, {
        args: [...PROGRAM.slice(1), "merge", "one", "--test", script],
        cwd: m.project,
        env: { AGENTVFS_STATE_DIR: m.state },
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
    const tests = async () => {
      const trials = (await m.branches()).filter((name) => name.startsWith("trial/"));
      const test = (name: string) => m.path(".agentvfs/branches", name, "begun");
      const begun = await Promise.all(
        trials.map((name) => Deno.stat(test(name)).then(() => true, () => false)),
      );
      return begun.includes(true);
    };
    const killed = merging("touch begun; sleep 600");
    await until("the test runs", tests);
    killed.kill("SIGKILL");
    await killed.output();
    await until("the trial is gone", async () => (await m.branches()).length === 2);
    const interrupted = merging("touch begun; sleep 600");
    await until("the test runs", tests);
    interrupted.kill("SIGINT");
    assert.equal((await interrupted.output()).code, 130);
    assert.deepEqual(await m.branches(), ["main", "one"]);
    assert.equal(await read(m, "a"), "a\n");

    // A server is no loss.
    const go = join(m.state, "go");
    const kept = merging(`touch begun; until test -e ${go}; do sleep 0.05; done; grep 1 a`);
    await until("the test runs", tests);
    await m.killServer();
    await Deno.writeTextFile(go, "");
    assert.equal((await kept.output()).code, 0);
    assert.equal(await read(m, "a"), "1\n");
    assert.deepEqual(await m.branches(), ["main", "one"]);
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("a branch that is for a process goes with it, also while no daemon runs, and not if it is given a name", async () => {
  await withProject(PROJECT, async (m) => {
    using client = await m.connect();
    await client.createBranch({ name: "mine", temporary: true });
    const script =
      `echo '{"v":1,"id":1,"method":"createBranch","params":{"name":"NAME","temporary":true}}'`;
    const ctl = m.path(".agentvfs/ctl");
    const make = (name: string) =>
      new Deno.Command("bash", {
        args: ["-c", `${script.replace("NAME", name)} >${ctl}; sleep 600 & wait`],
      }).spawn();
    const shells = ["theirs", "kept", "later"].map(make);
    await until("they are made", async () => (await m.branches()).length === 5);
    await m.ctl("branch", "rename", "kept", "stays");
    shells[0]!.kill("SIGKILL");
    await until("it is gone", async () => !(await m.branches()).includes("theirs"));
    await m.stop();
    for (const shell of shells.slice(1)) shell.kill("SIGKILL");
    await Promise.all(shells.map(({ status }) => status));
    await m.start();
    await until("it is gone", async () => !(await m.branches()).includes("later"));
    assert.deepEqual(await m.branches(), ["main", "mine", "stays"]);
  });
});
