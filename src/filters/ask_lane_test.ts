import assert from "node:assert/strict";
import type { TelemetryEvent } from "../telemetry/event.ts";
import type { Answer } from "./answer.ts";
import { ANSWER_DEADLINE_MS, AskLane, type NoAnswer, START_DEADLINE_MS } from "./ask_lane.ts";
import { SLOTS, State, Word } from "./shared_layout.ts";
import { inProcess } from "./testing/in_process.ts";
import { packedFilter } from "./testing/wat.ts";
import { wasmFilter } from "./wasm_filter.ts";

const event = (path: string): TelemetryEvent => ({
  provider: "mount",
  action: "write",
  time: 0,
  path,
});

/** A filter that denies paths that begin with s. */
function laneOf() {
  const side = inProcess(wasmFilter(
    packedFilter(`(select (i32.const 258) (i32.const 0)
      (i32.eq (i32.load8_u offset=18 (local.get $at)) (i32.const 115)))`),
    1 << 20,
  ));
  const lane = new AskLane(side.memory, side.wake);
  const collect = (now: number) => {
    const answers: [number, Answer | NoAnswer][] = [];
    lane.collect(now, (ticket, answer) => void answers.push([ticket, answer]));
    return answers.toSorted(([a], [b]) => a - b)
      .map(([ticket, answer]) => [ticket, typeof answer === "string" ? answer : answer.verdict]);
  };
  return { side, lane, collect };
}

Deno.test("each question has its answer", () => {
  const { lane, collect } = laneOf();
  const tickets = ["secret", "other"].map((path) => lane.ask(event(path), 0));
  assert.deepEqual(collect(0), [[tickets[0], "deny"], [tickets[1], "allow"]]);
  assert.deepEqual(collect(0), []);
  assert.equal(lane.deadline, Infinity);
});

Deno.test("without an answer in time there is none, and one that comes later is nobody's", () => {
  const { side, lane, collect } = laneOf();
  side.isBusy = true;
  const late = lane.ask(event("secret"), 0);
  assert.deepEqual(collect(ANSWER_DEADLINE_MS - 1), []);
  assert.equal(lane.deadline, ANSWER_DEADLINE_MS);
  assert.deepEqual(collect(ANSWER_DEADLINE_MS), [[late, "late"]]);
  // The slot is used again, and then the filter of before answers what it was asked there.
  const next = lane.ask(event("other"), 100);
  side.memory.store(Word.ANSWERED, late << 12 | 2);
  assert.deepEqual(collect(100), []);
  side.isBusy = false;
  side.wake();
  assert.deepEqual(collect(100), [[next, "allow"]]);
});

Deno.test("so many questions as there is room for; more are refused, and none is lost", () => {
  const { side, lane, collect } = laneOf();
  side.isBusy = true;
  const tickets = Array.from({ length: SLOTS + 5 }, () => lane.ask(event("secret"), 0));
  assert.equal(tickets.filter((ticket) => ticket === 0).length, 5);
  side.isBusy = false;
  side.wake();
  assert.deepEqual(
    collect(0),
    tickets.filter((ticket) => ticket !== 0).map((ticket) => [ticket, "deny"]),
  );
});

Deno.test("one that starts is waited for longer, one that was given up not at all", () => {
  const { side, lane, collect } = laneOf();
  side.isBusy = true;
  side.memory.store(Word.STATE, State.STARTING);
  lane.ask(event("a"), 0);
  assert.equal(lane.deadline, START_DEADLINE_MS);
  assert.equal(collect(START_DEADLINE_MS).length, 1);
  side.memory.store(Word.STATE, State.FAILED);
  assert.equal(lane.ask(event("a"), 0), 0);
});

Deno.test("an answer that is none counts as a failure", () => {
  const { side, lane, collect } = laneOf();
  side.isBusy = true;
  for (const bits of [3, 1 << 11, 0b1111_1111_1111]) {
    const ticket = lane.ask(event("a"), 0);
    for (let slot = 0; slot < SLOTS; slot++) {
      if (side.memory.load(Word.ASKED + slot) === ticket) {
        side.memory.store(Word.ANSWERED + slot, ticket << 12 | bits);
      }
    }
    assert.deepEqual(collect(0), [[ticket, "failed"]]);
  }
});
