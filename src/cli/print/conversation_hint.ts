/**
 * After files went back to a prompt: how the agent's conversation goes back, where it can.
 *
 * @module
 */

import type { WorkNote } from "../../control/service/history.ts";
import type { CommandInput } from "../command.ts";
import { withDaemon } from "../daemon_client.ts";
import { printError, safe } from "./output.ts";

/** Says it for the prompt that `rollback --to-prompt` went back to. Of what is not known nothing is said. */
export async function printConversationHint(input: CommandInput, branch: string): Promise<void> {
  const { flags, positionals } = input;
  if (!flags.has("to-prompt") || flags.has("dry-run") || flags.has("json")) return;
  const { work = [] } = await withDaemon(input, (client) => client.log({ branch, work: true }));
  const id = positionals.join(" ");
  const prompt = work.find(({ kind, details }) =>
    kind === "prompt" && (details.prompt ?? "").startsWith(id)
  );
  if (prompt !== undefined) printError(`hint: ${safe(conversationHint(prompt))}`);
}

export function conversationHint({ agent, details: { session, said } }: WorkNote): string {
  const stays = "the conversation stays as it is, and the agent is told what changed";
  const where = said === undefined ? "that prompt" : JSON.stringify(said);
  switch (session === undefined ? "" : agent) {
    case "claude":
      return `${stays}; to take it back too: claude --resume ${session}, /rewind, ${where}, ` +
        "conversation only";
    case "codex":
      return `${stays}; Codex cannot take it back: codex fork ${session} goes on with a copy`;
    case "opencode":
      return `${stays}; opencode run --session ${session} --fork goes on with a copy`;
    default:
      return stays;
  }
}
