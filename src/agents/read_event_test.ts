import assert from "node:assert/strict";
import { readEvent } from "./read_event.ts";
import RECORDED from "./testing/recorded.json" with { type: "json" };
import { writeAnswer } from "./write_answer.ts";

type Hook = Record<string, unknown>;

Deno.test("each agent's hooks are read in its own dialect", () => {
  for (const [agent, hooks] of Object.entries(RECORDED)) {
    for (const hook of hooks as Hook[]) {
      assert.equal(readEvent(hook)!.agent, agent, JSON.stringify(hook));
    }
  }
});

Deno.test("what an agent does is said in the same words, whichever it is", () => {
  const told = (hooks: readonly object[]) =>
    hooks.map((hook) => {
      const { moment, tool, call, command, said, exit } = readEvent(hook as Hook)!;
      return [moment, tool, call, command ?? said, exit].filter((part) => part !== null).join(" ");
    });
  assert.deepEqual(told(RECORDED.claude), [
    "session-start",
    "prompt fix the cart",
    "other",
    "call-start Bash toolu_1 npm test",
    "call-end Bash toolu_1 npm test 0",
    "call-end Bash toolu_2 false 1",
    "call-end Edit toolu_3 /p/cart.js",
    "calls-end",
    "subagent-end",
    "turn-end",
    "session-end",
  ]);
  assert.deepEqual(told(RECORDED.codex), [
    "session-start",
    "prompt fix the cart",
    "call-start Bash call_1 echo hi",
    "call-end apply_patch call_2 cart.js new.js",
    "turn-end",
    "session-end",
  ]);
  assert.deepEqual(told(RECORDED.opencode), [
    "prompt fix the cart",
    "call-start Bash call_1 ls",
    "call-end Write call_2 /p/a",
    "turn-end",
  ]);
  assert.deepEqual(told(RECORDED.gemini), [
    "session-start",
    "prompt fix the cart",
    "call-start run_shell_command ls",
    "call-end replace /p/cart.js",
    "turn-end",
    "session-end",
  ]);
  assert.deepEqual(told(RECORDED.cursor), [
    "session-start",
    "prompt fix the cart",
    "call-start Shell tool_1 npm test",
    "call-end Write tool_2 /p/cart.js",
    "turn-end",
  ]);
  assert.deepEqual(told(RECORDED.vscode), [
    "session-start",
    "prompt fix the cart",
    "call-start runTerminalCommand tool-123 npm test",
    "call-end editFiles tool-124 src/main.ts",
    "turn-end",
  ]);
});

Deno.test("prompts, sessions, subagents and conversations are known by what the agents call them", () => {
  const claude = RECORDED.claude.map((hook) => readEvent(hook as Hook)!);
  assert.equal(claude[3]!.prompt, "prompt-1");
  assert.equal(claude[3]!.session, RECORDED.claude[0]!.session_id);
  assert.equal(claude[4]!.durationMs, 55);
  assert.equal(claude[8]!.subagent, "a71fd45bb8bdcc754");
  assert.equal(claude[0]!.transcript, "/home/u/.claude/projects/-p/5d0c.jsonl");
  assert.equal(readEvent(RECORDED.codex[2] as Hook)!.prompt, "turn-1");
});

Deno.test("an answer has the keys that every agent takes, and is empty where nobody listens", () => {
  const [start, , , , , , , , , stop] = RECORDED.claude.map((hook) => readEvent(hook as Hook)!);
  assert.deepEqual(JSON.parse(writeAnswer(start!, ["one", "two"])), {
    hookSpecificOutput: { hookEventName: "SessionStart", additionalContext: "one\n\ntwo" },
  });
  assert.equal(writeAnswer(start!, []), "");
  const cursor = readEvent(RECORDED.cursor[0] as Hook)!;
  assert.equal(writeAnswer(cursor, ["one", "two"]), '{"additional_context":"one\\n\\ntwo"}');
  assert.equal(writeAnswer(readEvent(RECORDED.cursor[1] as Hook)!, ["one"]), "");
  assert.equal(writeAnswer(stop!, ["one"]), "");
});

Deno.test("long commands are cut at a character, and what is no event is none", () => {
  const hook = {
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "🦕".repeat(2_000) },
  };
  const { command } = readEvent(hook)!;
  assert.match(command!, /^(🦕){500}…$/u);
  assert.equal(readEvent({ hook_event_name: 7 }), null);
  assert.equal(readEvent({}), null);
  const odd = readEvent({ hook_event_name: "New", tool_input: [1], duration_ms: -1, prompt: {} })!;
  assert.deepEqual([odd.moment, odd.command, odd.durationMs, odd.said], [
    "other",
    null,
    null,
    null,
  ]);
});
