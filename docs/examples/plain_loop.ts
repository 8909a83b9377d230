/**
 * An agent's loop without any SDK: a model, a shell, and a checkpoint for each call that changed something. A command that fails
 * is taken back before the model goes on, so that it always works on what is whole.
 *
 *     agentvfs quickstart ~/work/shop
 *     ANTHROPIC_API_KEY=… deno run -A plain_loop.ts ~/work/shop "make the cart faster"
 */

import { ControlClient, findDaemon } from "@agentvfs/agentvfs";

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly input?: { readonly command: string };
}

const [project = ".", task = ""] = Deno.args;
const { socket } = await findDaemon({ directory: project });
using client = await ControlClient.connect(socket);
const { mount } = await client.status();

const messages: { role: string; content: unknown }[] = [{ role: "user", content: task }];
await using work = await client.transaction({ label: task, agent: "plain loop" });
while (true) {
  const content = await ask();
  messages.push({ role: "assistant", content });
  for (const { text } of content) if (text !== undefined) console.log(text);
  const calls = content.filter(({ type }) => type === "tool_use");
  if (calls.length === 0) break;
  const results = [];
  for (const { id, input } of calls) {
    results.push({ type: "tool_result", tool_use_id: id, content: await shell(input!.command) });
  }
  messages.push({ role: "user", content: results });
}
const { id } = await work.commit();
console.log("kept as", id.slice(0, 12));

async function ask(): Promise<Block[]> {
  const base = Deno.env.get("ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com";
  const response = await fetch(`${base}/v1/messages`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      "x-api-key": Deno.env.get("ANTHROPIC_API_KEY") ?? "",
    },
    body: JSON.stringify({
      model: Deno.env.get("ANTHROPIC_MODEL") ?? "claude-sonnet-4-5",
      max_tokens: 8_000,
      messages,
      tools: [{
        name: "shell",
        description: "Runs a command. If it fails, what it changed is taken back.",
        input_schema: {
          type: "object",
          properties: { command: { type: "string" } },
          required: ["command"],
        },
      }],
    }),
  });
  if (!response.ok) throw new Error(`The model answered ${response.status}`);
  return (await response.json()).content;
}

/** Each command is a transaction inside the task's. */
async function shell(command: string): Promise<string> {
  await using call = await client.transaction({ label: command.slice(0, 200) });
  const child = new Deno.Command("sh", { args: ["-c", command], cwd: mount });
  const { success, code, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) return `${said}\nIt ended with ${code}; nothing of it was kept.`;
  if ((await client.status()).dirty) await call.commit();
  return said;
}
