import assert from "node:assert/strict";
import type { TelemetryEvent } from "../telemetry/event.ts";
import { BATCH_DEADLINE_MS, BatchLane } from "./batch_lane.ts";
import type { Filter } from "./filter.ts";
import { FilterStage } from "./filter_stage.ts";
import { luaMachine } from "./lua_filter.ts";
import { inProcess } from "./testing/in_process.ts";

const MIB = 1024 * 1024;

async function lua(body: string): Promise<Filter> {
  const text = new TextEncoder().encode(`function on_event(ev) ${body} end`);
  return (await luaMachine(8 * MIB)).load(text, "test.lua");
}

function event(path: string, more: Partial<TelemetryEvent> = {}): TelemetryEvent {
  return { provider: "mount", action: "write", time: 0, path, verdict: "allow", ...more };
}

function stageOf(...filters: Filter[]) {
  const written: TelemetryEvent[] = [];
  const unfiltered: number[] = [];
  const stage = new FilterStage(
    (event) => void written.push(event),
    (count) => void unfiltered.push(count),
  );
  const sides = filters.map(inProcess);
  stage.set(sides.map(({ memory, wake }, i) => ({
    name: `f${i}`,
    lane: new BatchLane(memory, wake),
  })));
  return { stage, written, unfiltered, sides };
}

Deno.test("without filters an event is written at once", () => {
  const { stage, written } = stageOf();
  stage.add(event("a"));
  assert.equal(written.length, 1);
  assert.equal(stage.deadline, Infinity);
});

Deno.test("filters drop, tag and enrich, each what the one before left, and the order stays", async () => {
  const { stage, written } = stageOf(
    await lua(`if ev.path == "drop" then return "drop" end return { tag = "one" }`),
    await lua(`if ev.path == "drop" then error("it is gone") end
      if ev.path == "mark" then return { verdict = "deny", extra = { why = "x" }, tag = "two" } end`),
  );
  const paths = Array.from({ length: 1000 }, (_, i) => i % 7 === 0 ? "drop" : `p${i}`);
  for (const path of [...paths, "mark"]) stage.add(event(path));
  stage.pump(0);
  assert.deepEqual(
    written.map(({ path }) => path),
    [...paths.filter((path) => path !== "drop"), "mark"],
  );
  assert.deepEqual(written[0]!.tags, ["one"]);
  const marked = written.at(-1)!;
  assert.deepEqual(marked.tags, ["one", "two"]);
  assert.equal(marked.verdict, "watch");
  assert.deepEqual({ ...marked.extra }, { why: "x", filter: "f1" });
});

Deno.test("what was denied, and what the program tells of itself, no filter takes out of the log", async () => {
  const { stage, written } = stageOf(await lua(`return { drop = true, tag = "x" }`));
  stage.add(event("a", { verdict: "deny" }));
  stage.add(event("b"));
  stage.add({ provider: "agentvfs", action: "lost", time: 0, count: 3 });
  stage.pump(0);
  assert.deepEqual(written.map(({ action }) => action), ["write", "lost"]);
  assert.equal(written[0]!.verdict, "deny");
  assert.equal(written[1]!.tags, undefined);
});

Deno.test("a filter that does not answer in time has said nothing, and later ones are asked all the same", async () => {
  const { stage, written, sides } = stageOf(
    await lua(`return { tag = "slow" }`),
    await lua(`return { tag = "quick" }`),
  );
  sides[0]!.isBusy = true;
  stage.add(event("a"));
  stage.pump(0);
  assert.equal(written.length, 0);
  assert.equal(stage.deadline, BATCH_DEADLINE_MS);
  stage.pump(BATCH_DEADLINE_MS - 1);
  assert.equal(written.length, 0);
  stage.pump(BATCH_DEADLINE_MS);
  assert.deepEqual(written.map(({ tags }) => tags), [["quick"]]);
  // Its answer comes all the same, to a question that nobody has any more.
  sides[0]!.isBusy = false;
  stage.add(event("b"));
  stage.pump(BATCH_DEADLINE_MS + 1);
  assert.deepEqual(written.map(({ path, tags }) => [path, tags?.length]), [["a", 1], ["b", 2]]);
});

Deno.test("so many events as cannot wait are written as they are, and that is told", async () => {
  const { stage, written, unfiltered, sides } = stageOf(await lua(`return "drop"`));
  sides[0]!.isBusy = true;
  for (let i = 0; i < 60_000; i++) {
    stage.add(event("a"));
    if (i === 0) stage.pump(0);
  }
  assert.equal(unfiltered.length, 1);
  stage.finish();
  assert.equal(written.length, 60_000);
});

Deno.test("filters that come and go lose no event", async () => {
  const { stage, written, sides } = stageOf(await lua(`return { tag = "x" }`));
  sides[0]!.isBusy = true;
  stage.add(event("a"));
  stage.pump(0);
  stage.add(event("b"));
  stage.set([]);
  assert.deepEqual(written.map(({ path }) => path), ["a", "b"]);
});
