/** The examples of docs/examples do what they say, with the SDKs that npm has and a model that does what a script says. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { type Bed, denoDirectory, type Script, testProgram, type Worked } from "./bed.ts";
import { QUIET } from "./claude.ts";
import { type AgentName, installed } from "./installed.ts";
import { EXAMPLES, examplesIn } from "./sdks.ts";
import { skip } from "../support/skip.ts";

/** Why an example cannot be run here. */
async function missing(...agents: AgentName[]): Promise<string | null> {
  return await withTemporary(async (directory) => {
    const found = [
      await examplesIn(join(directory, "x")),
      ...await Promise.all(agents.map(installed)),
    ];
    return found.flatMap((one) => "missing" in one ? [one.missing] : [])[0] ?? null;
  });
}

/** Runs an example outside of the mount, as a person would. */
async function example(bed: Bed, name: string, script: Script, ...args: string[]): Promise<Worked> {
  const directory = join(bed.root, "examples");
  if (!await exists(directory)) await examplesIn(directory);
  const claude = await installed("claude");
  const deno = await denoDirectory();
  const config = `--config=${directory}/deno.json`;
  const command = [Deno.execPath(), "run", "-A", "--quiet", config, join(directory, name)];
  return await bed.work(script, (port) =>
    Promise.resolve([[...command, bed.project, ...args], {
      DENO_DIR: deno,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
      ANTHROPIC_API_KEY: "sk-ant-test",
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      OPENAI_API_KEY: "sk-test",
      OPENAI_AGENTS_DISABLE_TRACING: "1",
      ...("bin" in claude ? { CLAUDE_CODE_EXECUTABLE: `${claude.bin}/claude` } : {}),
      ...QUIET,
    }]), bed.root);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

async function read(bed: Bed, name: string): Promise<string> {
  return (await Deno.readTextFile(bed.path(name))).trim();
}

const shell = (command: string) => ({ name: "shell", input: { command } });

Deno.test("the examples are typed, formatted and clean", async (t) => {
  await withTemporary(async (temporary) => {
    const directory = join(temporary, "examples");
    const found = await examplesIn(directory);
    if ("missing" in found) {
      await skip(t, found.missing);
      return;
    }
    const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name)
      .filter((name) => name.endsWith(".ts"));
    assert.equal(names.length, 3);
    const paths = names.map((name) => join(directory, name));
    for (const words of [["fmt", "--check"], ["lint"], ["check"]]) {
      const command = [Deno.execPath(), ...words, `--config=${found.config}`, ...paths];
      const { code, stderr } = await run(command, { env: { NO_COLOR: "1" } });
      assert.equal(code, 0, stderr);
    }
  });
});

testProgram(
  "plain loop: a call that fails is taken back, the task is one checkpoint",
  () => missing(),
  async (bed) => {
    const done = await example(bed, "plain_loop.ts", [
      { text: "First I look.", tools: [shell("ls")] },
      { tools: [shell("echo better > a")] },
      { tools: [shell("rm a; echo broken > b; exit 3")] },
      { tools: [shell("cat a; echo new > c")] },
      { text: "It is faster now." },
    ], "make it faster");
    assert.match(done.stdout, /It is faster now\.\nkept as [0-9a-f]{12}/);
    assert.match(done.seen[3]!.results[0]!, /ended with 3; nothing of it was kept/);
    assert.match(done.seen[4]!.results[0]!, /^better/);
    assert.deepEqual([await read(bed, "a"), await bed.exists("b")], ["better", false]);
    const { entries } = await bed.log();
    assert.deepEqual(
      entries.map(({ label }) => label),
      ["make it faster", "cat a; echo new > c", "echo better > a", "initial"],
    );
  },
);

const CLAUDE: Script = [
  { tools: [{ name: "Read", input: { file_path: "$PROJECT/a" } }] },
  {
    tools: [{
      name: "Edit",
      input: { file_path: "$PROJECT/a", old_string: "good", new_string: "better" },
    }],
  },
  {
    tools: [{
      name: "Bash",
      input: {
        command: "echo made > by-shell; mkdir -p sub; mv kept sub/moved",
        description: "Moves",
      },
    }],
  },
  { text: "Done." },
];

/** The script for this mount. */
function inMount(bed: Bed, script: Script): Script {
  return JSON.parse(JSON.stringify(script).replaceAll("$PROJECT", bed.mount));
}

testProgram(
  "Claude Agent SDK: a rollback takes back what rewindFiles does not know of",
  () => missing("claude"),
  async (bed) => {
    await Deno.writeTextFile(bed.path("kept"), "kept\n");
    const script = inMount(bed, CLAUDE);
    const failed = await example(bed, "claude_agent_sdk.ts", script, "fix the cart", "false");
    assert.match(failed.stdout, /^rewindFiles would take back: a$/m);
    assert.match(failed.stdout, /^a rollback takes back: a by-shell kept sub sub\/moved$/m);
    assert.match(failed.stdout, /^the test failed: rolled back; what it did is [0-9a-f]{12}$/m);
    assert.deepEqual([await read(bed, "a"), await read(bed, "kept")], ["good", "kept"]);
    assert.deepEqual([await bed.exists("by-shell"), await bed.exists("sub")], [false, false]);

    const kept = await example(bed, "claude_agent_sdk.ts", script, "fix the cart", "grep better a");
    assert.match(kept.stdout, /^kept as [0-9a-f]{12}$/m);
    assert.deepEqual([await read(bed, "a"), await read(bed, "sub/moved")], ["better", "kept"]);
    assert.equal((await bed.log()).entries[0]!.label, "fix the cart");
  },
);

testProgram(
  "OpenAI Agents SDK: of three attempts the first that passes is merged",
  () => missing(),
  async (bed) => {
    const turns = [1, 2, 3].flatMap((i) => {
      const when = { request: `attempt-${i}` };
      return [
        { when, tools: [shell(`echo ${i} > a; echo ${i} > made-${i}`)] },
        { when, text: "Done." },
      ];
    });
    const done = await example(bed, "openai_agents.ts", turns, "count", "grep '[23]' a");
    assert.deepEqual(done.stdout.trim().split("\n"), [
      "attempt-1 failed",
      "attempt-2 passed",
      "attempt-3 untried",
      "merged attempt-2",
    ]);
    assert.equal(await read(bed, "a"), "2");
    assert.deepEqual([await bed.exists("made-1"), await bed.exists("made-2")], [false, true]);
    await bed.agentvfs("undo", "--project", bed.mount);
    assert.equal(await read(bed, "a"), "good");
  },
);
