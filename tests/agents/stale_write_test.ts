/**
 * After a rollback an agent is not to write over what it has not seen: it is told, and with `--touch` its own guard works as well.
 *
 * The guard is about what it has read: what it wrote itself it takes for known, in a mount or not.
 */

import assert from "node:assert/strict";
import { type Bed, testAgent } from "./bed.ts";
import { claude } from "./claude.ts";

const bash = (command: string) => ({
  tools: [{ name: "Bash", input: { command, description: "work" } }],
});

/** Claude Code reads a file, rolls it back, and writes it anew. Resolves with what its last calls gave and what it was told. */
async function writeAfter(
  bed: Bed,
  rollback: string,
): Promise<{ results: string[]; told: string }> {
  await bed.agentvfs("integrate", "claude");
  const file_path = bed.path("a");
  const { seen } = await claude(bed, [
    bash("echo better >a"),
    { tools: [{ name: "Read", input: { file_path } }] },
    bash(rollback),
    { tools: [{ name: "Write", input: { file_path, content: "written\n" } }] },
    { tools: [{ name: "Read", input: { file_path } }] },
    { tools: [{ name: "Write", input: { file_path, content: "written again\n" } }] },
    { text: "All done." },
  ]);
  return {
    results: seen.flatMap(({ results }) => results).slice(-3),
    told: seen.flatMap(({ watched }) => watched).join("\n"),
  };
}

for (
  const [how, rollback] of [
    ["by the door", "echo rollback initial touch=true >.agentvfs/ctl && cat .agentvfs/ctl"],
    ["by the command", "agentvfs rollback initial --touch"],
  ] as const
) {
  testAgent(
    "claude",
    `a rollback with --touch ${how} makes its guard refuse a stale write`,
    async (bed) => {
      const { results: [stale, read, fresh], told } = await writeAfter(bed, rollback);
      assert.match(stale!, /modified since read/);
      assert.match(read!, /good/);
      assert.match(fresh!, /updated successfully/);
      assert.match(told, /not as they were at your last step[^]*: a\. Read them again/);
      assert.equal(await Deno.readTextFile(bed.path("a")), "written again\n");
    },
  );
}

testAgent("claude", "a rollback to older times passes its guard, so it is told", async (bed) => {
  const { results: [stale], told } = await writeAfter(bed, "agentvfs rollback initial");
  // Once this fails the agent's guard has become a better one.
  assert.match(stale!, /updated successfully/);
  assert.match(told, /not as they were at your last step[^]*: a\. Read them again/);
});
