/** What `agentvfs integrate` writes makes the real agents know it: plug-in, Skill, hooks and tools, with a model that follows a script. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bed, testAgent, type Worked } from "./bed.ts";
import { claude, QUIET, tool } from "./claude.ts";
import { call, codex } from "./codex.ts";

const results = ({ seen }: Worked) => seen.flatMap(({ results }) => results);

/** What both agents do: a command that breaks something, a checkpoint, an edit, back to the beginning, and what does not work. */
async function assertTakenBack(bed: Bed, agent: string, edited: string): Promise<void> {
  const { entries, moves } = await bed.log();
  const told = entries.toReversed().map((
    { label, agent, details },
  ) => [label, agent, details?.tool]);
  assert.deepEqual(told, [
    ["initial", null, undefined],
    [null, agent, "Bash"],
    ["broken", agent, undefined],
    [null, agent, edited],
  ]);
  assert.deepEqual(moves.map(({ kind, toLabel }) => [kind, toLabel]), [["rollback", "initial"]]);
  assert.equal(await Deno.readTextFile(bed.path("a")), "good\n");
  assert.equal(await bed.exists("two.txt"), false);
}

testAgent(
  "claude",
  "works with the plug-in, and takes its own work back by the tools",
  async (bed) => {
    await bed.agentvfs("integrate", "claude");
    const worked = await claude(bed, [
      { tools: [{ name: "Bash", input: { command: "echo broken > a", description: "x" } }] },
      { tools: [{ name: tool("checkpoint"), input: { label: "broken" } }] },
      { tools: [{ name: "Write", input: { file_path: "two.txt", content: "two\n" } }] },
      { tools: [{ name: tool("status"), input: {} }] },
      { tools: [{ name: tool("rollback"), input: { ref: "initial" } }] },
      { tools: [{ name: tool("show"), input: { ref: "nowhere" } }] },
      { text: "All done." },
    ]);
    assert.match(worked.first, /agentvfs:checkpoint: Checkpoint, roll back/);
    assert.match(worked.first, /agentvfs:undo: /);
    assert.match(worked.first, /agentvfs records this project's whole working tree/);
    assert.match(worked.seen[0]!.watched.join(), /SessionStart hook additional context: /);
    const [, made, , status, back, refused] = results(worked);
    assert.equal(JSON.parse(made!).label, "broken");
    assert.equal(JSON.parse(status!).branch, "main");
    assert.equal(JSON.parse(back!).label, "initial");
    assert.match(refused!, /nowhere.*\nWhat to do: /);
    await assertTakenBack(bed, "claude", "Write");
  },
);

testAgent("claude", "takes the plug-in as it is, and shows its status line", async (bed) => {
  await bed.agentvfs("integrate", "claude");
  const settings = JSON.parse(await Deno.readTextFile(join(bed.home, ".claude/settings.json")));
  const { path } = settings.extraKnownMarketplaces.agentvfs.source;
  for (const directory of [path, `${path}/agentvfs`]) {
    const validate = ["claude", "plugin", "validate", "--strict", directory];
    const { code, stdout, stderr } = await bed.run(validate, QUIET);
    assert.equal(code, 0, stdout + stderr);
  }
  await Deno.writeTextFile(bed.path("a"), "changed\n");
  const { stdout } = await bed.run(
    ["sh", "-c", `echo '{}' | ${settings.statusLine.command}`],
    {},
    bed.mount,
  );
  assert.equal(stdout, 'agentvfs: main at "initial", 1 checkpoints, 1 changed\n');
  const outside = await bed.run(["sh", "-c", `echo '{}' | ${settings.statusLine.command}`]);
  assert.deepEqual([outside.code, outside.stdout, outside.stderr], [0, "", ""]);
});

testAgent(
  "codex",
  "works with skill, hooks and tools in its sandbox, and takes its own work back",
  async (bed) => {
    await bed.agentvfs("integrate", "codex");
    const worked = await codex(bed, [
      { tools: [{ name: "exec_command", input: { cmd: "echo broken > a" } }] },
      { tools: [call("checkpoint", { label: "broken" })] },
      {
        tools: [{
          name: "apply_patch",
          input: "*** Begin Patch\n*** Add File: two.txt\n+two\n*** End Patch\n",
        }],
      },
      { tools: [call("status", {})] },
      { tools: [call("rollback", { ref: "initial" })] },
      { tools: [call("show", { ref: "nowhere" })] },
      { text: "All done." },
    ]);
    assert.match(worked.first, /agentvfs-checkpoint: Checkpoint, roll back/);
    assert.match(
      results(worked).join("\n"),
      /"label":"broken"[^]*"branch":"main"[^]*"label":"initial"[^]*nowhere.*\nWhat to do: /,
    );
    await assertTakenBack(bed, "codex", "apply_patch");
  },
);

testAgent("codex", "takes the plug-in of the same directory", async (bed) => {
  await bed.agentvfs("integrate", "claude");
  const settings = JSON.parse(await Deno.readTextFile(join(bed.home, ".claude/settings.json")));
  const { path } = settings.extraKnownMarketplaces.agentvfs.source;
  await Deno.mkdir(join(bed.home, ".codex"));
  for (const words of [["marketplace", "add", path], ["add", "agentvfs@agentvfs"]]) {
    const { code, stdout, stderr } = await bed.run(["codex", "plugin", ...words]);
    assert.equal(code, 0, stdout + stderr);
  }
  const worked = await codex(bed, [
    { tools: [{ name: "exec_command", input: { cmd: "echo broken > a" } }] },
    { tools: [call("rollback", { ref: "initial" })] },
    { text: "All done." },
  ]);
  assert.match(worked.first, /agentvfs:checkpoint: Checkpoint, roll back/);
  assert.doesNotMatch(worked.stderr, /clamping|Failed|unknown/);
  assert.equal(await Deno.readTextFile(bed.path("a")), "good\n");
});

testAgent(
  "claude",
  "works with what is written for one directory, which the person trusts",
  async (bed) => {
    await bed.agentvfs("integrate", "claude", "--project", "-C", bed.mount);
    assert.deepEqual([...Deno.readDirSync(bed.home)].map(({ name }) => name), [".local"]);
    const trusted = { projects: { [bed.mount]: { hasTrustDialogAccepted: true } } };
    await Deno.writeTextFile(join(bed.home, ".claude.json"), JSON.stringify(trusted));
    const worked = await claude(bed, [
      { tools: [{ name: "Bash", input: { command: "echo broken > a", description: "x" } }] },
      { tools: [{ name: tool("rollback"), input: { ref: "initial" } }] },
      { text: "All done." },
    ]);
    assert.match(worked.first, /agentvfs:checkpoint: Checkpoint, roll back/);
    assert.equal(JSON.parse(results(worked)[1]!).label, "initial");
  },
);

testAgent(
  "codex",
  "works with what is written for one directory, which the person trusts",
  async (bed) => {
    await bed.agentvfs("integrate", "codex", "--project", "-C", bed.mount);
    await Deno.mkdir(join(bed.home, ".codex"));
    const trusted = `[projects."${bed.mount}"]\ntrust_level = "trusted"\n`;
    await Deno.writeTextFile(join(bed.home, ".codex/config.toml"), trusted);
    const worked = await codex(bed, [
      { tools: [{ name: "exec_command", input: { cmd: "echo broken > a" } }] },
      { tools: [call("rollback", { ref: "initial" })] },
      { text: "All done." },
    ]);
    assert.match(worked.first, /agentvfs-checkpoint: Checkpoint, roll back/);
    assert.equal(await Deno.readTextFile(bed.path("a")), "good\n");
    const { entries } = await bed.log();
    assert.ok(entries.some(({ details }) => details?.command === "echo broken > a"));
  },
);
