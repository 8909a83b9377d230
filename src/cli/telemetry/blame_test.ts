import assert from "node:assert/strict";
import { ecsLine } from "../../telemetry/log/ecs.ts";
import type { Action } from "../../telemetry/event.ts";
import { parseLoggedEvent } from "../../telemetry/logged_event.ts";
import { blame } from "./blame.ts";

function event(action: Action, path: string, target?: string, branch = "main") {
  const named = { path: `/m/${path}`, ...(target === undefined ? {} : { target: `/m/${target}` }) };
  const told = { provider: "mount", action, time: 0, error: 0, branch, ...named } as const;
  return parseLoggedEvent(ecsLine(told, { sequence: 1, wallOffset: 0 }))!;
}

Deno.test("a file is followed through the names that it and its directories had", () => {
  const events = [
    event("create", "d/old"),
    event("write", "d/old"),
    event("create", "e/name"),
    event("rename", "d", "e2"),
    event("write", "d/old"),
    event("write", "e2/old"),
    event("rename", "e2/old", "e/name"),
    event("write", "e/name", undefined, "other"),
    event("write", "e/name"),
  ];
  const made = blame(events, "/m/e/name", "main");
  assert.deepEqual(made, [0, 1, 3, 5, 6, 8].map((i) => events[i]));
});
