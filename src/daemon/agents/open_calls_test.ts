import assert from "node:assert/strict";
import type { AgentEvent } from "../../agents/agent_event.ts";
import { OpenCalls } from "./open_calls.ts";

const call = (id: string | null, rest: Partial<AgentEvent> = {}): AgentEvent => ({
  agent: "claude",
  name: "PreToolUse",
  moment: "call-start",
  listens: true,
  resumes: false,
  session: "s",
  prompt: null,
  said: null,
  subagent: null,
  transcript: null,
  tool: "Bash",
  call: id,
  command: "ls",
  files: [],
  delegates: false,
  durationMs: null,
  exit: null,
  failed: false,
  started: null,
  ...rest,
});

Deno.test("calls know of each other as long as they are open, and until they are recorded", () => {
  const calls = new OpenCalls();
  assert.ok(calls.isEmpty);
  for (const id of ["a", "b"]) calls.begin(call(id));
  const a = calls.end(call("a"))!;
  calls.begin(call("c"));
  assert.deepEqual([...a.alongside], ["b", "c"]);
  a.recorded();
  calls.begin(call("d"));
  assert.deepEqual([...a.alongside], ["b", "c"]);
  assert.deepEqual([...calls.end(call("b"))!.alongside], ["a", "c", "d"]);
  assert.equal(calls.end(call("never begun")), null);
});

Deno.test("calls without an id are told by what they do; the end of a session ends its calls", () => {
  const calls = new OpenCalls();
  calls.begin(call(null, { command: "one" }));
  assert.equal(calls.end(call(null, { command: "two" })), null);
  assert.notEqual(calls.end(call(null, { command: "one" })), null);
  calls.begin(call("a", { subagent: "x" }));
  calls.begin(call("b"));
  calls.begin(call("c", { session: "other" }));
  calls.endAll("s", "x");
  assert.equal(calls.end(call("a")), null);
  assert.notEqual(calls.end(call("b")), null);
  calls.endAll("other", null);
  assert.ok(calls.isEmpty);
});
