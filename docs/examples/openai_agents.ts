/**
 * OpenAI Agents SDK: three agents go about one task at the same time, each on a branch of its own, and the first whose work passes
 * the test is merged. The project's own tree is untouched until then, and one undo takes the merge back.
 *
 *     agentvfs quickstart ~/work/shop
 *     OPENAI_API_KEY=… deno run -A openai_agents.ts ~/work/shop "make the cart faster" "npm test"
 */

import { ControlClient, findDaemon } from "@agentvfs/agentvfs";
import { Agent, run, tool } from "@openai/agents";
import { z } from "zod";

const WAYS = ["in the simplest way", "without new dependencies", "however you like"];

const [project = ".", task = "", test = "true"] = Deno.args;
const { socket } = await findDaemon({ directory: project });
using client = await ControlClient.connect(socket);

const attempts = await Promise.all(WAYS.map(attempt));
const { taken, candidates } = await client.mergeTested({
  sources: attempts,
  take: "first",
  label: task,
  async test({ path }) {
    const { code, success } = await shell(test, path);
    return { passed: success, exit: code };
  },
});
for (const { sources, state } of candidates) console.log(sources.join(" "), state);
console.log(taken === null ? "nothing was merged" : `merged ${taken.join(" ")}`);

/** Resolves with the name of the branch. It goes with this program. */
async function attempt(way: string, i: number): Promise<string> {
  const name = `attempt-${i + 1}`;
  const { path } = await client.createBranch({ name, temporary: true });
  const agent = new Agent({
    name,
    instructions: `You work in ${path}. Do what you are asked ${way}.`,
    tools: [
      tool({
        name: "shell",
        description: "Runs a command",
        parameters: z.object({ command: z.string() }),
        async execute({ command }) {
          const { stdout, stderr } = await shell(command, path);
          const decoder = new TextDecoder();
          return decoder.decode(stdout) + decoder.decode(stderr);
        },
      }),
    ],
  });
  await run(agent, task);
  return name;
}

function shell(command: string, cwd: string): Promise<Deno.CommandOutput> {
  return new Deno.Command("sh", { args: ["-c", command], cwd }).output();
}
