/**
 * Claude Code and Codex themselves, in a mount, with our hooks: what they do is in the log, and what was changed behind them
 * reaches their model.
 */

import assert from "node:assert/strict";
import type { LogEntry } from "../../src/control/service/history.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { type AgentOutcome, installAgents, runClaude, runCodex } from "./agents.ts";
import type { Turn } from "./scripted_model.ts";

const agents = await installAgents();
const ignore = "why" in agents;
if (ignore) console.log(`Claude Code and Codex are not tried: ${agents.why}`);
const bin = ignore ? "" : agents.bin;

const PROJECT =
  `git init -q -b main . && echo 'export const total = (item) => item.price;' >cart.js &&
git add . && git -c user.name=t -c user.email=t@example.com commit -qm initial`;

/** A busy machine must not lose an answer for the test. */
const PATIENT = { env: { AGENTVFS_HOOK_MS: "5000" } };

const bash = (command: string): Turn => ({
  tools: [{ name: "Bash", input: { command, description: "work" } }],
});
const exec = (cmd: string): Turn => ({ tools: [{ name: "exec_command", input: { cmd } }] });

/** What each checkpoint of the log says it is, oldest first. */
async function work(m: Mounted, ...options: string[]): Promise<string[]> {
  const { entries } = await m.ctl("log", ...options);
  return entries.filter(({ kind }: LogEntry) => kind !== "import").toReversed().map(
    ({ agent, details, label, changed }: LogEntry) => {
      const { moment, tool, command } = details ?? {};
      const { added, modified, deleted } = changed!;
      const what = moment === "call" ? `${tool}: ${command}` : moment ?? label;
      return `${agent} ${what} +${added} ~${modified} -${deleted}`;
    },
  );
}

function said({ code, stdout, stderr }: AgentOutcome): void {
  assert.equal(code, 0, `${stdout}\n${stderr}`);
}

Deno.test({ name: "each call of Claude Code's is in the log", ignore }, async () => {
  await withProject(PROJECT, async (m) => {
    const outcome = await runClaude(bin, {
      cwd: m.mount,
      place: m.state,
      script: [
        bash("ls -a"),
        bash("echo made by the shell >made"),
        { tools: [{ name: "Read", input: { file_path: m.path("cart.js") } }] },
        {
          tools: [{
            name: "Edit",
            input: {
              file_path: m.path("cart.js"),
              old_string: "item.price",
              new_string: "item.price * item.count",
            },
          }],
        },
        bash("rm made; false"),
        bash("echo checkpoint by the model >.agentvfs/ctl && cat .agentvfs/ctl"),
      ],
    });
    said(outcome);
    assert.match(outcome.told, /kept by agentvfs: branch main, last checkpoint "initial"/);
    assert.deepEqual(await work(m), [
      "claude Bash: echo made by the shell >made +1 ~0 -0",
      `claude Edit: ${m.path("cart.js")} +0 ~1 -0`,
      "claude Bash: rm made; false +0 ~0 -1",
      "null by the model +0 ~0 -0",
    ]);
    const { entries } = await m.ctl("log", "--limit", "2");
    assert.equal(entries[1].details.exit, 1);
    assert.ok(entries[1].details.transcriptBytes > 0);
  }, PATIENT);
});

Deno.test({ name: "each call of Codex's is in the log", ignore }, async () => {
  await withProject(PROJECT, async (m) => {
    const outcome = await runCodex(bin, {
      cwd: m.mount,
      place: m.state,
      script: [
        exec("ls -a"),
        exec("echo made by the shell >made"),
        {
          tools: [{
            name: "apply_patch",
            input:
              "*** Begin Patch\n*** Update File: cart.js\n@@\n-export const total = (item) => item.price;\n" +
              "+export const total = (item) => item.price * item.count;\n*** End Patch\n",
          }],
        },
        exec("echo checkpoint by the model >.agentvfs/ctl && cat .agentvfs/ctl"),
      ],
    });
    said(outcome);
    assert.match(outcome.told, /kept by agentvfs: branch main, last checkpoint "initial"/);
    assert.deepEqual(await work(m), [
      "codex Bash: echo made by the shell >made +1 ~0 -0",
      "codex apply_patch: cart.js +0 ~1 -0",
      "null by the model +0 ~0 -0",
    ]);
  }, PATIENT);
});

Deno.test({
  name: "after a rollback Claude Code's model is told what is not as it read it",
  ignore,
}, async () => {
  await withProject(PROJECT, async (m) => {
    const outcome = await runClaude(bin, {
      cwd: m.mount,
      place: m.state,
      script: [
        { tools: [{ name: "Read", input: { file_path: m.path("cart.js") } }] },
        bash("echo changed >>cart.js"),
        bash("echo rollback initial >.agentvfs/ctl && cat .agentvfs/ctl"),
        bash("cat cart.js"),
      ],
    });
    said(outcome);
    assert.match(outcome.told, /not as they were at your last step.*: cart\.js\. Read them again/);
  }, PATIENT);
});
