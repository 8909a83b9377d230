import assert from "node:assert/strict";
import type { WorkNote } from "../../control/service/history.ts";
import { conversationHint } from "./conversation_hint.ts";

const note = (agent: string, details: WorkNote["details"]): WorkNote => ({
  kind: "prompt",
  time: "2026-11-28T00:00:00.000Z",
  agent,
  details,
  commit: null,
});

Deno.test("how a conversation goes back is said for each agent, and that it stays where it cannot", () => {
  const details = { session: "s1", prompt: "p1", said: "fix the cart" };
  const stays = "the conversation stays as it is, and the agent is told what changed";
  assert.deepEqual(
    ["claude", "codex", "opencode", "gemini"].map((agent) =>
      conversationHint(note(agent, details))
    ),
    [
      `${stays}; to take it back too: claude --resume s1, /rewind, "fix the cart", conversation only`,
      `${stays}; Codex cannot take it back: codex fork s1 goes on with a copy`,
      `${stays}; opencode run --session s1 --fork goes on with a copy`,
      stays,
    ],
  );
  assert.equal(conversationHint(note("claude", {})), stays);
  assert.match(conversationHint(note("claude", { session: "s1" })), /\/rewind, that prompt,/);
});
