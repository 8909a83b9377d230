import assert from "node:assert/strict";
import type { Action, TelemetryEvent } from "../../telemetry/event.ts";
import { ecsLine } from "../../telemetry/log/ecs.ts";
import { LOG_LIMITS } from "../../telemetry/log/log_limits.ts";
import { LogWriter } from "../../telemetry/log/log_writer.ts";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { blame } from "./blame.ts";

type More = Partial<TelemetryEvent>;
/** What is told of one after the other, a ms apart. */
type Told = readonly [action: Action, path: string, target?: string | null, more?: More];

function linesOf(told: readonly Told[]): string[] {
  return told.map(([action, path, target, more = {}], sequence) => {
    const named = { path: `/m/${path}`, ...(target == null ? {} : { target: `/m/${target}` }) };
    const event = { provider: "mount", action, time: sequence, error: 0, branch: "main" } as const;
    return ecsLine({ ...event, ...named, ...more }, { sequence, wallOffset: 0 });
  });
}

/** What a branch was, or is again, from when on. */
const recorded = (id: string, kind: string): More => ({
  provider: "agentvfs",
  checkpoint: { id, label: "", kind },
});

/** Numbers of the events that blame tells of, the log being in two files. */
function blamed(told: readonly Told[], path: string): Promise<number[]> {
  return withTemporary((directory) => {
    const lines = linesOf(told);
    const half = lines.length >>> 1;
    const sequences = () =>
      blame(directory, `/m/${path}`, "main").map(({ event }) => event.event.sequence);
    for (const some of [lines.slice(0, half), lines.slice(half)]) {
      const writer = new LogWriter(directory, LOG_LIMITS);
      for (const line of some) writer.append(line);
      writer.flush();
      if (some[0] !== lines[half]) writer.close();
      else {
        const open = sequences();
        writer.close();
        assert.deepEqual(sequences(), open, "with an index, and where the end has none");
      }
    }
    return Promise.resolve(sequences());
  });
}

Deno.test("a file is followed through the names that it and its directories had", async () => {
  const told: Told[] = [
    ["create", "d/old"],
    ["write", "d/old"],
    ["unlink", "e/other"],
    ["rename", "d", "e2"],
    ["write", "d/old"],
    ["write", "e2/old"],
    ["rename", "e2/old", "e/name"],
    ["write", "e/name", null, { branch: "other" }],
    ["write", "e/name"],
  ];
  assert.deepEqual(await blamed(told, "e/name"), [0, 1, 3, 5, 6, 8]);
});

Deno.test("what is saved by a rename has the versions that were there before, and of temporary names its own alone", async () => {
  const told: Told[] = [
    ["create", "tmp"],
    ["rename", "tmp", "elsewhere"],
    ["create", "a"],
    ["write", "a"],
    ["create", "tmp"],
    ["write", "tmp"],
    ["rename", "tmp", "a"],
    ["create", "tmp"],
    ["write", "tmp"],
    ["rename", "tmp", "a"],
    ["write", "tmp"],
  ];
  assert.deepEqual(await blamed(told, "a"), [2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("two files that change places have each other's past", async () => {
  const told: Told[] = [
    ["create", "a"],
    ["create", "b"],
    ["write", "b"],
    ["rename", "a", "b", { flags: 2 }],
    ["write", "a"],
  ];
  assert.deepEqual(await blamed(told, "a"), [1, 2, 3, 4]);
  assert.deepEqual(await blamed(told, "b"), [0, 3]);
});

Deno.test("a file is known by all names that it was linked to, and what has such a name later is another one", async () => {
  const one = { inode: 1n };
  const told: Told[] = [
    ["create", "a", null, one],
    ["write", "a", null, one],
    ["link", "a", "b", one],
    ["write", "a", null, one],
    ["rename", "b", "c", one],
    ["write", "c", null, one],
    ["create", "b", null, { inode: 2n }],
    ["write", "b", null, { inode: 2n }],
    ["link", "c", "d", one],
    ["write", "d", null, one],
    ["unlink", "d", null, one],
  ];
  const all = [0, 1, 2, 3, 4, 5, 8, 9, 10];
  assert.deepEqual(await blamed(told, "a"), all);
  assert.deepEqual(await blamed(told, "c"), all);
});

Deno.test("a rollback is a version where it undid something of the file", async () => {
  const told: Told[] = [
    ["create", "a"],
    ["checkpoint", "", null, recorded("11", "checkpoint")],
    ["write", "other"],
    ["move", "", null, recorded("11", "rollback")],
    ["write", "a"],
    ["move", "", null, recorded("11", "rollback")],
    ["move", "", null, recorded("22", "rollback")],
    ["move", "", null, { ...recorded("11", "rollback"), branch: "other" }],
    ["rename", "x", "a"],
    ["move", "", null, recorded("11", "rollback")],
    ["move", "", null, recorded("11", "merge")],
  ];
  assert.deepEqual(await blamed(told, "a"), [0, 4, 5, 6, 8, 9]);
  assert.deepEqual(await blamed(told, "other"), [2, 3]);
});

Deno.test("names that are no UTF-8 are told apart, and followed", async () => {
  const told: Told[] = [
    ["create", "n\xff"],
    ["create", "n\xfe"],
    ["write", "n\xff"],
    ["rename", "n\xff", "a"],
  ];
  assert.deepEqual(await blamed(told, "a"), [0, 2, 3]);
});
