/** Completions: what the program answers, as data. tests/e2e/shells_test.ts has what shells make of it. */

import assert from "node:assert/strict";
import { quotedForBash, readBashLine } from "../../src/cli/completion/shells/bash_line.ts";
import { cli, type FakeDaemon, withDaemon } from "./harness.ts";

// A machine that is busy answers later, and nobody waits for it here.
Deno.env.set("AGENTVFS_COMPLETION_MS", "20000");

/** The words that are offered for the last of `words`, and what else is. */
async function offered(words: string): Promise<{ also: string; words: string[] }> {
  const { code, stdout } = await cli(["__complete", "fish", "--", ...words.split(" ")]);
  assert.equal(code, 0);
  const [also, ...lines] = stdout.trimEnd().split("\n");
  return { also: also!, words: lines.map((line) => line.split("\t")[0]!) };
}

const CASES: readonly [typed: string, words: string[], also?: string][] = [
  // The table of commands
  ["agentvfs rol", ["rollback"]],
  ["agentvfs b", ["branch"]],
  ["agentvfs branch s", ["show", "switch"]],
  ["agentvfs -C /x branch s", ["show", "switch"]],
  ["agentvfs help ap", ["apply"]],
  ["agentvfs man ap", ["apply"]],
  ["agentvfs ctl quick", []],
  ["agentvfs-ctl rol", ["rollback"]],
  ["agentvfs telemetry filter r", ["remove"]],
  ["agentvfs __", []],
  ["agentvfs --ver", ["--version"]],
  ["agentvfs -C ", [], "directories"],
  ["agentvfs branch --sock ", [], "files"],
  ["agentvfs audit bl", ["blame"], "files"],
  ["agentvfs audit --by bra", ["branch"]],
  // Options, each once, and their values
  ["agentvfs merge --str", ["--strategy"]],
  ["agentvfs merge --strategy o", ["ours"]],
  ["agentvfs merge -s o", ["ours"]],
  ["agentvfs merge --strategy=o", ["--strategy=ours"]],
  ["agentvfs merge --strategy=ours --str", []],
  ["agentvfs merge --nothing=", []],
  ["agentvfs log --color ne", ["never"]],
  ["agentvfs quickstart --store ", [], "directories"],
  ["agentvfs-quickstart --aut", ["--auto"]],
  ["agentvfs integrate cl", ["claude"]],
  // What shells know themselves
  ["agentvfs policy check ", [], "files"],
  ["agentvfs run --branch x -- make te", [], "program 4"],
  ["agentvfs run ma", [], "program 1"],
  ["agentvfs diff -- sr", [], "files"],
  // What the daemon knows
  ["agentvfs rollback ini", ["initial"]],
  ["agentvfs rollback bef", ["before the refactor"]],
  ["agentvfs rollback before th", ["the refactor"]],
  ["agentvfs diff before th", []],
  ["agentvfs run --branch c", ["cart"]],
  ["agentvfs branch delete ca", ["cart"]],
  ["agentvfs branch create ca", []],
  ["agentvfs diff HE", ["HEAD"]],
];

/** A daemon that knows a checkpoint with a label of some words, and a branch. */
async function withHistory(test: (daemon: FakeDaemon) => Promise<void>): Promise<void> {
  await withDaemon(async (daemon) => {
    await daemon.service.checkpoint({ label: "before the refactor" });
    await daemon.service.createBranch({ name: "cart" });
    await test(daemon);
  });
}

Deno.test("what is typed is completed by the table of commands, and by the daemon", async (t) => {
  await withHistory(async () => {
    for (const [typed, words, also = "nothing"] of CASES) {
      await t.step(typed, async () => assert.deepEqual(await offered(typed), { also, words }));
    }
  });
});

Deno.test("restore offers paths that are not there any more", async () => {
  await withHistory(async () => {
    const { also, words } = await offered("agentvfs restore ");
    assert.equal(also, "files");
    assert.deepEqual(words, ["x", "y"]);
  });
});

Deno.test("where no daemon is there are no words, and no complaint", async () => {
  const before = Deno.env.get("AGENTVFS_STATE_DIR");
  Deno.env.set("AGENTVFS_STATE_DIR", "/nonexistent");
  try {
    const { code, stdout, stderr } = await cli([
      "__complete",
      "fish",
      "--",
      "agentvfs",
      "show",
      "",
    ]);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "nothing\n", stderr: "" });
  } finally {
    if (before === undefined) Deno.env.delete("AGENTVFS_STATE_DIR");
    else Deno.env.set("AGENTVFS_STATE_DIR", before);
  }
});

Deno.test("a daemon that does not answer is not waited for", async () => {
  await withHistory(async ({ service }) => {
    const over = Promise.withResolvers<void>();
    service.log = async () => {
      await over.promise;
      throw new Error("over");
    };
    Deno.env.set("AGENTVFS_COMPLETION_MS", "50");
    try {
      assert.deepEqual(await offered("agentvfs rollback "), { also: "nothing", words: [] });
    } finally {
      Deno.env.set("AGENTVFS_COMPLETION_MS", "20000");
      over.resolve();
    }
  });
});

Deno.test("a line of bash is divided as bash does, and what is offered fits behind what it keeps", () => {
  const lines: [line: string, words: string[], current: string, word: string, put: string][] = [
    ["a show be", ["a", "show"], "be", "before the", "before\\ the"],
    ['a show "be', ["a", "show"], "be", 'before "$x', 'before \\"\\$x'],
    ["a show 'be", ["a", "show"], "be", "before it's", "before it'\\''s"],
    ["a  show before\\ t", ["a", "show"], "before t", "before the", "before\\ the"],
    ["a --to=x", ["a"], "--to=x", "--to=xyz", "xyz"],
    ["a prompt:1", ["a"], "prompt:1", "prompt:12", "12"],
    ["a 'b c' ", ["a", "b c"], "", "#3", "\\#3"],
  ];
  for (const [line, words, current, word, put] of lines) {
    const read = readBashLine(line, " \t\n\"'><=;|&(:");
    assert.deepEqual([read.words, read.current, quotedForBash(word, read)], [words, current, put]);
  }
});
