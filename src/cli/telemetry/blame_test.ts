import assert from "node:assert/strict";
import { ecsLine } from "../../telemetry/log/ecs.ts";
import { LOG_LIMITS } from "../../telemetry/log/log_limits.ts";
import { LogWriter } from "../../telemetry/log/log_writer.ts";
import type { Action } from "../../telemetry/event.ts";
import { blame } from "./blame.ts";

function lineOf(sequence: number, action: Action, path: string, target?: string, branch = "main") {
  const named = { path: `/m/${path}`, ...(target === undefined ? {} : { target: `/m/${target}` }) };
  const told = { provider: "mount", action, time: 0, error: 0, branch, ...named } as const;
  return ecsLine(told, { sequence, wallOffset: 0 });
}

Deno.test("a file is followed through the names that it and its directories had", () => {
  const lines = [
    lineOf(0, "create", "d/old"),
    lineOf(1, "write", "d/old"),
    lineOf(2, "create", "e/name"),
    lineOf(3, "rename", "d", "e2"),
    lineOf(4, "write", "d/old"),
    lineOf(5, "write", "e2/old"),
    lineOf(6, "rename", "e2/old", "e/name"),
    lineOf(7, "write", "e/name", undefined, "other"),
    lineOf(8, "write", "e/name"),
  ];
  const directory = Deno.makeTempDirSync();
  try {
    const writer = new LogWriter(directory, LOG_LIMITS);
    for (const line of lines.slice(0, 5)) writer.append(line);
    const sequences = () =>
      blame(directory, "/m/e/name", "main").map(({ event }) => event.event.sequence);
    writer.close();
    const goesOn = new LogWriter(directory, LOG_LIMITS);
    for (const line of lines.slice(5)) goesOn.append(line);
    goesOn.flush();
    assert.deepEqual(sequences(), [0, 1, 3, 5, 6, 8], "where the end has no index");
    goesOn.close();
    assert.deepEqual(sequences(), [0, 1, 3, 5, 6, 8]);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
