import assert from "node:assert/strict";
import { join } from "node:path";

import { monotonicTime } from "../../host/clock.ts";
import { readLogLines } from "../../telemetry/log/log_reader.ts";
import { createRing } from "../../telemetry/ring.ts";
import { TELEMETRY_DEFAULT } from "../../telemetry/telemetry_choice.ts";
import { preloadRules } from "./preload_rules.ts";
import { TelemetryClient } from "./telemetry_client.ts";

Deno.test("what is said to the thread while it starts is taken in order", async () => {
  const directory = Deno.makeTempDirSync();
  const choice = { ...TELEMETRY_DEFAULT, sources: [] };
  const client = new TelemetryClient({
    ring: createRing(),
    control: join(directory, "control.sock"),
    directory: join(directory, "log"),
    choice,
    mountpoint: "/mount",
    places: { workspace: directory, own: [], preload: join(directory, "preload") },
    rules: preloadRules("", []),
    directories: [],
  });
  const say = (message: string) =>
    client.tell({ provider: "agentvfs", action: "lost", time: monotonicTime(), count: 1, message });
  try {
    const told: string[] = [];
    client.follow((lines) => told.push(...lines));
    say("first");
    const state = client.state();
    say("second");
    assert.ok(await state);
  } finally {
    await client.end();
  }
  const lines = [...readLogLines(join(directory, "log"))].map((line) => String(line));
  const places = ["first", "second"].map((word) => lines.findIndex((line) => line.includes(word)));
  assert.ok(places[0]! >= 0 && places[0]! < places[1]!, lines.join("\n"));
  Deno.removeSync(directory, { recursive: true });
});
