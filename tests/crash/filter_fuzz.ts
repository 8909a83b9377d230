/**
 * Feeds made-up bytes to what reads them from filters and from programs that preload our library: answers, modules, the ring, and
 * the original's wire. They may be refused; nothing else may come of it.
 *
 * deno run -A tests/crash/filter_fuzz.ts [--rounds 1000000] [--seed N]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { AskLane } from "../../src/filters/ask_lane.ts";
import { BatchLane } from "../../src/filters/batch_lane.ts";
import { FilterError } from "../../src/filters/filter.ts";
import { SHARED_SIZE, SharedMemory, SLOTS, State, Word } from "../../src/filters/shared_layout.ts";
import { limitMemory } from "../../src/filters/wasm_memory.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import { HEADER, RING_SIZE, SLOT } from "../../src/telemetry/linux/preload_layout.ts";
import { PreloadRing } from "../../src/telemetry/linux/preload_ring.ts";
import { WIRE_SIZE, wireEvent } from "../../src/telemetry/preload_wire.ts";
import { type Random, randomness } from "../support/random.ts";

export interface FuzzCounts {
  answered: number;
  nonsense: number;
  late: number;
  modules: number;
  told: number;
  wire: number;
}

const EVENT: TelemetryEvent = { provider: "mount", action: "write", time: 0, path: "/p/a" };
/** What every module begins with, and the type of on_event. */
const MODULE = Uint8Array.fromHex("0061736d01000000" + "01060160017f017f");

export function fuzzFilters(rounds: number, random: Random): FuzzCounts {
  const counts: FuzzCounts = { answered: 0, nonsense: 0, late: 0, modules: 0, told: 0, wire: 0 };
  const lanes = new Lanes(random, counts);
  const ring = new RingFuzz(random, counts);
  for (let round = 0; round < rounds; round++) {
    lanes.batch();
    lanes.ask(round);
    ring.round(round);
    fuzzModule(random, counts);
    const message = bytes(random, random(8) === 0 ? random(400) : WIRE_SIZE);
    if (message.length > 2 && random(2) === 0) message.set([1, random(3), random(10)]);
    if (wireEvent(message, 0) !== null) counts.wire++;
  }
  return counts;
}

class Lanes {
  readonly #memory = new SharedMemory(new Uint8Array(SHARED_SIZE));
  readonly #batches = new BatchLane(this.#memory, () => {});
  readonly #asks = new AskLane(this.#memory, () => {});
  #batch = 0;

  constructor(readonly random: Random, readonly counts: FuzzCounts) {
    this.#memory.store(Word.STATE, State.READY);
  }

  /** Answers of any length, some of which begin well. */
  batch(): void {
    const { random, counts } = this;
    const count = this.#batches.send(new Array(1 + random(20)).fill(EVENT));
    this.#batch = this.#memory.load(Word.BATCH);
    const { answers } = this.#memory;
    answers.set(bytes(random, 512));
    const view = new DataView(answers.buffer, answers.byteOffset);
    for (let at = 0; at < 400 && random(6) > 0;) {
      const notes = random(3) === 0;
      view.setUint32(at, random(3) | (notes ? 1 << 9 : 0), true);
      if (notes) view.setUint16(at + 4, random(40), true);
      at += 4 + (notes ? 2 + random(40) : 0);
    }
    const length = random(5) === 0 ? random(2 ** 31) - 2 ** 30 : random(512);
    this.#memory.store(Word.ANSWERS_LENGTH, length);
    this.#memory.store(Word.BATCH_ANSWERED, this.#batch);
    const taken = this.#batches.take();
    if (taken?.length !== count) throw new Error(`${taken?.length} answers to ${count} events`);
    for (const answer of taken) answer === null ? counts.nonsense++ : counts.answered++;
  }

  /** Whatever stands where answers do, each question has one answer or none. */
  ask(now: number): void {
    const { random, counts } = this;
    const ticket = this.#asks.ask(EVENT, now);
    for (let i = 0; i < SLOTS; i++) {
      if (random(4) === 0) this.#memory.store(Word.ANSWERED + i, random(2 ** 32) | 0);
      const asked = this.#memory.load(Word.ASKED + i);
      if (random(2) === 0) this.#memory.store(Word.ANSWERED + i, asked << 12 | random(4096));
      if (random(8) === 0) this.#memory.store(Word.ASKED + i, random(2 ** 32) | 0);
    }
    const seen = new Set<number>();
    this.#asks.collect(now, (answered, answer) => {
      if (seen.has(answered)) throw new Error(`two answers to ${answered}`);
      seen.add(answered);
      if (answer === "late") counts.late++;
      else if (answer === "failed") counts.nonsense++;
      else if (answer.verdict !== undefined) counts.answered++;
    });
    if (ticket < 0) throw new Error(`ticket ${ticket}`);
    void this.#memory.text;
  }
}

class RingFuzz {
  readonly #bytes = new Uint8Array(RING_SIZE);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #ring: PreloadRing;

  constructor(readonly random: Random, readonly counts: FuzzCounts) {
    PreloadRing.lay(this.#bytes);
    this.#ring = new PreloadRing(this.#bytes);
  }

  /** The next slots are full of anything, the header says anything, and it goes on. */
  round(round: number): void {
    const { random, counts } = this;
    const view = this.#view;
    for (let i = 0; i < 3; i++) {
      const at = HEADER.SIZE + ((round * 3 + i) % 4096) * SLOT.SIZE;
      const sequence = view.getUint32(at, true);
      this.#bytes.set(bytes(random, 64), at);
      this.#bytes.set(bytes(random, 64), at + SLOT.SECOND);
      view.setUint32(at, random(10) === 0 ? random(2 ** 32) : sequence + 1, true);
      if (random(3) > 0) view.setUint16(at + SLOT.OPERATION, random(30), true);
    }
    view.setUint32(HEADER.HEAD, random(4) === 0 ? random(2 ** 32) : round * 3 + 3, true);
    if (random(50) === 0) view.setUint32(HEADER.DROPPED, random(2 ** 32), true);
    this.#ring.take(round * 100, () => counts.told++);
  }
}

function fuzzModule(random: Random, counts: FuzzCounts): void {
  const module = new Uint8Array([...MODULE, ...bytes(random, random(40))]);
  const at = MODULE.length;
  if (at < module.length && random(2) === 0) {
    module.set([5, random(12), 1, random(8)].slice(0, module.length - at), at);
  }
  for (let i = random(3); i > 0; i--) module[8 + random(module.length - 8)] = random(256);
  try {
    limitMemory(module, 1 << 20);
    counts.modules++;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
  }
}

function bytes(random: Random, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => random(256));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, seed: { type: "string" } },
  });
  const seed = Number(values.seed ?? 1);
  console.log(fuzzFilters(Number(values.rounds ?? 1_000_000), randomness(seed)), { seed });
}
