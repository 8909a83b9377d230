/** Claude Code works in branches where it asks for worktrees, and their work is recorded before they go. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { BranchReport } from "../../src/control/service/branches.ts";
import { type Bed, testAgent } from "./bed.ts";
import { until } from "../support/process.ts";
import { claude } from "./claude.ts";

async function branches(bed: Bed): Promise<BranchReport[]> {
  return JSON.parse(await bed.agentvfs("branch", "list", "--json", "--project", bed.mount))
    .branches;
}

testAgent("claude", "a session of its own is on a branch", async (bed) => {
  await bed.agentvfs("integrate", "claude");
  const worked = await claude(
    bed,
    [
      { tools: [{ name: "Bash", input: { command: "pwd; echo two > a", description: "x" } }] },
      { text: "All done." },
    ],
    "-w",
    "feature",
  );
  const [, branch] = await branches(bed);
  assert.equal(branch?.name, "feature");
  assert.match(worked.seen[1]!.results[0]!, new RegExp(`^${branch.path}$`, "m"));
  assert.equal(await Deno.readTextFile(join(branch.path, "a")), "two\n");
  assert.equal(await Deno.readTextFile(bed.path("a")), "good\n");
  const log = JSON.parse(
    await bed.agentvfs("log", "--json", "--branch", "feature", "--project", bed.mount),
  );
  assert.equal(log.entries[0].details.command, "pwd; echo two > a");
});

testAgent("claude", "a subagent in isolation is on a branch of its own", async (bed) => {
  await bed.agentvfs("integrate", "claude");
  await claude(bed, [
    {
      when: { prompt: "do the part" },
      tools: [{ name: "Bash", input: { command: "echo part > part", description: "x" } }],
    },
    { when: { prompt: "do the part" }, text: "The part is done." },
    {
      tools: [{
        name: "Agent",
        input: {
          description: "part",
          prompt: "do the part",
          subagent_type: "general-purpose",
          run_in_background: false,
          isolation: "worktree",
        },
      }],
    },
    { text: "All done." },
  ]);
  const [, branch] = await branches(bed);
  assert.match(branch?.name ?? "", /^agent-/);
  assert.equal(await Deno.readTextFile(join(branch!.path, "part")), "part\n");
  assert.equal(await bed.exists("part"), false);
});

testAgent("claude", "the branch of a subagent that changed nothing goes by itself", async (bed) => {
  await bed.agentvfs("integrate", "claude");
  const worked = await claude(bed, [
    {
      when: { prompt: "look around" },
      tools: [{ name: "Bash", input: { command: "pwd; ls", description: "x" } }],
    },
    { when: { prompt: "look around" }, text: "Nothing to do." },
    {
      tools: [{
        name: "Agent",
        input: {
          description: "look",
          prompt: "look around",
          subagent_type: "general-purpose",
          run_in_background: false,
          isolation: "worktree",
        },
      }],
    },
    { text: "All done." },
  ]);
  assert.match(worked.seen.flatMap(({ results }) => results).join(), /branches\/agent-/);
  await until("the branch is gone", async () => (await branches(bed)).length === 1);
});
