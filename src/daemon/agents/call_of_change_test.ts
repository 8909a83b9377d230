import assert from "node:assert/strict";
import { CallOfChange, type CallUnderWay } from "./call_of_change.ts";

const call = (id: string, command: string | null, rest: Partial<CallUnderWay> = {}) => ({
  id,
  command,
  files: [],
  since: 1000,
  ...rest,
});

const shell = (...args: string[]) => ({ start: 2000, args });
const AGENT = { start: 10, args: ["claude", "-p", "run rm b and then echo hi >a"] };

/** Who changed the one path, as these calls and the processes tell. */
function owners(calls: CallUnderWay[], writer: { start: number; args: string[] }[]): string[] {
  const seen = { writers: [writer], paths: [["p", [0]]] as [string, number[]][] };
  return [...new CallOfChange(calls, seen).of("p")];
}

Deno.test("the nearest process with a call's command tells, however it is quoted", () => {
  const calls = [call("a", "echo 'hi' >a"), call("b", "rm b")];
  assert.deepEqual(owners(calls, [shell("bash", "-c", "eval 'echo '\\''hi'\\'' >a'"), AGENT]), [
    "a",
  ]);
  // A shell becomes its last command.
  assert.deepEqual(owners(calls, [shell("rm", "b"), AGENT]), ["b"]);
  assert.deepEqual(owners(calls, [shell("sed"), shell("bash", "-c", "rm b"), AGENT]), ["b"]);
});

Deno.test("what began before a call, and what fits several, tells nothing", () => {
  const calls = [call("a", "npm test"), call("b", "npm test")];
  assert.deepEqual(owners(calls, [shell("bash", "-c", "npm test")]), []);
  assert.deepEqual(owners([call("a", "rm b")], [AGENT]), []);
  const longer = [call("a", "npm test"), call("b", "npm test -- cart")];
  assert.deepEqual(owners(longer, [shell("bash", "-c", "npm test -- cart")]), ["b"]);
  const later = [call("a", "npm test"), call("b", "npm test", { since: 9000 })];
  assert.deepEqual(owners(later, [shell("npm", "test")]), ["a"]);
  assert.deepEqual(owners([call("a", null), call("b", "")], [shell("anything")]), []);
});

Deno.test("a file that a call names is its own, unless a process of another changed it", () => {
  const calls = [call("a", null, { files: ["p"] }), call("b", "echo >p")];
  assert.deepEqual(owners(calls, [AGENT]), ["a"]);
  assert.deepEqual(owners(calls, [shell("sh", "-c", "echo >p")]), ["b"]);
  const unseen = new CallOfChange(calls, { writers: [], paths: [] });
  assert.deepEqual([...unseen.of("p")], ["a"]);
  assert.deepEqual([...unseen.of("other")], []);
});
