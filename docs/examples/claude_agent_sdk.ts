/**
 * Claude Agent SDK: one task as a transaction. What the agent did is kept if the test passes; else all of it is taken back, not
 * only what its edit tools did, which is all that the SDK's own `rewindFiles` knows of.
 *
 *     agentvfs quickstart ~/work/shop
 *     deno run -A claude_agent_sdk.ts ~/work/shop "make the cart faster" "npm test"
 */

import { ControlClient, findDaemon } from "@agentvfs/agentvfs";
import { query, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";

const [project = ".", task = "", test = "true"] = Deno.args;
const { socket } = await findDaemon({ directory: project });
using client = await ControlClient.connect(socket);
const { mount } = await client.status();
const claude = Deno.env.get("CLAUDE_CODE_EXECUTABLE");

await using work = await client.transaction({ label: task, agent: "claude-agent-sdk" });

const end = Promise.withResolvers<void>();
const session = query({
  prompt: prompts(),
  options: {
    cwd: mount,
    // Another than the one that the SDK brings.
    ...(claude === undefined ? {} : { pathToClaudeCodeExecutable: claude }),
    permissionMode: "acceptEdits",
    allowedTools: ["Bash"],
    enableFileCheckpointing: true,
    extraArgs: { "replay-user-messages": null },
  },
});
let prompt: string | undefined;
let rewound: string[] = [];
for await (const message of session) {
  if (message.type === "user" && message.parent_tool_use_id === null) prompt ??= message.uuid;
  if (message.type !== "result") continue;
  // While the session lives it can say what it would take back.
  if (prompt !== undefined) {
    const { filesChanged = [] } = await session.rewindFiles(prompt, { dryRun: true });
    rewound = filesChanged.map((path) => path.replace(`${mount}/`, ""));
  }
  end.resolve();
}

const { changes } = await client.diff({ from: work.start });
console.log("rewindFiles would take back:", rewound.sort().join(" ") || "nothing");
console.log("a rollback takes back:", changes.map(({ path }) => path).join(" ") || "nothing");

const { success } = await new Deno.Command("sh", { args: ["-c", test], cwd: mount }).output();
if (success) {
  const { id } = await work.commit();
  console.log("kept as", id.slice(0, 12));
} else {
  const { safety } = await work.rollback();
  console.log("the test failed: rolled back; what it did is", safety?.slice(0, 12));
}

/** The session takes questions, such as what it would rewind, as long as there may be more prompts. */
async function* prompts(): AsyncGenerator<SDKUserMessage> {
  yield { type: "user", message: { role: "user", content: task }, parent_tool_use_id: null };
  await end.promise;
}
