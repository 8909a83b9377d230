import assert from "node:assert/strict";
import type { TelemetryEvent } from "../../../telemetry/event.ts";
import { HeldLooks } from "./held_looks.ts";

const look = (action: "open" | "read", path: string, pid = 1): TelemetryEvent => ({
  provider: "fanotify",
  action,
  path,
  time: 0,
  process: { pid },
});
const made = (path: string, pid = 1): TelemetryEvent => ({
  ...look("open", path, pid),
  provider: "ebpf",
});
const everybody = () => true;
const nobody = () => false;

Deno.test("an open that another source tells of is not told, whoever tells first", () => {
  const looks = new HeldLooks();
  looks.add([look("open", "/a"), look("read", "/a"), look("open", "/a", 2)], 0, everybody);
  looks.claim(made("/a"));
  assert.deepEqual(looks.release(1_000), [look("read", "/a"), look("open", "/a", 2)]);
  looks.claim(made("/b"));
  looks.claim(made("/b"));
  looks.add([look("open", "/c"), ...[1, 2, 3].map(() => look("open", "/b"))], 0, nobody);
  assert.deepEqual(looks.release(0), [look("open", "/c"), look("open", "/b")]);
});

Deno.test("what fanotify had to tell by the next look is no other open later", () => {
  const looks = new HeldLooks();
  looks.claim(made("/a"));
  looks.add([], 0, everybody);
  looks.add([look("open", "/a")], 1, nobody);
  assert.deepEqual(looks.release(1), [look("open", "/a")]);
});

Deno.test("what is held back is told in its order after a moment, and what nobody else tells of at once", () => {
  const looks = new HeldLooks();
  looks.add([look("open", "/a"), look("open", "/b", 2)], 0, ({ process }) => process!.pid === 2);
  assert.deepEqual(looks.release(0), [look("open", "/a")]);
  looks.add([look("open", "/c")], 1, nobody);
  assert.deepEqual(looks.release(1), []);
  assert.ok(!looks.areNone);
  assert.deepEqual(looks.release(1_000), [look("open", "/b", 2), look("open", "/c")]);
  assert.ok(looks.areNone);
});
