/** The doors of `.agentvfs`, used by the agents themselves: from inside their sandboxes, in confined runs, after a rollback. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bed, testAgent, type Worked } from "./bed.ts";
import { claude, claudeAfter } from "./claude.ts";
import { codex, codexAfter } from "./codex.ts";

const bash = (command: string) => ({
  tools: [{ name: "Bash", input: { command, description: "work" } }],
});
const exec = (cmd: string) => ({ tools: [{ name: "exec_command", input: { cmd } }] });

const resultsOf = ({ seen }: Worked) => seen.flatMap(({ results }) => results).join("\n");
const watchedBy = ({ seen }: Worked) => seen.flatMap(({ watched }) => watched).join("\n");

/** What each checkpoint of the log says it is, oldest first. */
async function work(bed: Bed, ...options: string[]): Promise<string[]> {
  const { entries } = await bed.log(...options);
  return entries.filter(({ kind }) => kind !== "import").toReversed().map(
    ({ details, label, changed }) => {
      const { moment, tool, command } = details ?? {};
      const { added, modified, deleted } = changed!;
      const what = moment === "call" ? `${tool}: ${command}` : moment ?? label;
      return `${what} +${added} ~${modified} -${deleted}`;
    },
  );
}

testAgent("claude", "each call that changed something is in the log", async (bed) => {
  await bed.agentvfs("integrate", "claude");
  const worked = await claude(bed, [
    bash("ls -a"),
    bash("echo made by the shell >made"),
    { tools: [{ name: "Read", input: { file_path: bed.path("a") } }] },
    {
      tools: [{
        name: "Edit",
        input: { file_path: bed.path("a"), old_string: "good", new_string: "better" },
      }],
    },
    bash("rm made; false"),
    bash("echo rollback initial >.agentvfs/ctl && cat .agentvfs/ctl"),
    bash("cat a"),
  ]);
  assert.deepEqual(await work(bed), [
    "Bash: echo made by the shell >made +1 ~0 -0",
    `Edit: ${bed.path("a")} +0 ~1 -0`,
    "Bash: rm made; false +0 ~0 -1",
  ]);
  const [last] = (await bed.log()).entries;
  assert.equal(last!.details!.exit, 1);
  assert.ok(last!.details!.transcriptBytes! > 0);
  assert.match(watchedBy(worked), /not as they were at your last step[^]*: a\. Read them again/);
});

/** Codex's shell has a PATH of its own. */
const inSandbox = ({ root }: Bed) =>
  `${root}/bin/agentvfs checkpoint from the sandbox; ${root}/bin/agentvfs status | grep showing`;

testAgent("codex", "has the command in its sandbox, and none of its mountpoints", async (bed) => {
  await bed.agentvfs("integrate", "codex");
  const worked = await codex(bed, [exec(inSandbox(bed)), exec("echo one >made")]);
  assert.match(resultsOf(worked), /showing +branch main at "from the sandbox"/);
  assert.deepEqual(await work(bed), [
    "from the sandbox +0 ~0 -0",
    "Bash: echo one >made +1 ~0 -0",
  ]);
});

testAgent("claude", "has the command in its sandbox, and none of its mountpoints", async (bed) => {
  await bed.agentvfs("integrate", "claude");
  const path = join(bed.home, ".claude/settings.json");
  const settings = JSON.parse(await Deno.readTextFile(path));
  const sandbox = { enabled: true, failIfUnavailable: true };
  await Deno.writeTextFile(path, JSON.stringify({ ...settings, sandbox }));
  const worked = await claude(bed, [bash(inSandbox(bed)), bash("echo one >made")]);
  assert.match(resultsOf(worked), /showing +branch main at "from the sandbox"/);
  const done = await work(bed);
  const files = (await bed.log()).entries.find(({ label }) =>
    label !== "initial" && label !== null
  );
  // What its sandbox leaves for good, with and without us, is all in directories of its own and of git's.
  const { changes } = JSON.parse(
    await bed.agentvfs("show", files!.id, "--json", "--project", bed.mount),
  );
  const others = changes.filter(({ path }: { path: string }) =>
    !/^\.(git|claude)(\/|$)/.test(path)
  );
  assert.deepEqual(others, []);
  assert.deepEqual(changes.filter(({ path }: { path: string }) => /settings|lock$/.test(path)), []);
  assert.ok(done.some((line) => line.startsWith("Bash: echo one >made +1")), done.join("\n"));
});

for (const agent of ["claude", "codex"] as const) {
  testAgent(agent, "works in a confined run, on its branch", async (bed) => {
    await bed.agentvfs("integrate", agent);
    const before = ["agentvfs", "run", "--confine", "--share-tmp", "--branch", "b", "--"];
    if (agent === "claude") await claudeAfter(before, bed, [bash("echo one >made")]);
    else await codexAfter(before, bed, [exec("echo one >made")]);
    assert.deepEqual(await work(bed, "--branch", "b"), ["Bash: echo one >made +1 ~0 -0"]);
    assert.deepEqual(await work(bed), []);
  });
}
