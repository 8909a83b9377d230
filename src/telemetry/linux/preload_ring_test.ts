/**
 * The ring of LD_PRELOAD over the death of who reads it. The writer here does what bpf/preload.c does.
 */

import assert from "node:assert/strict";
import type { TelemetryEvent } from "../event.ts";
import { HEADER, RING_SIZE, SLOT, SLOTS } from "./preload_layout.ts";
import { PreloadRing } from "./preload_ring.ts";

const UNLINK = 4;
/** Longer than a slot may be reserved and not full, ms. */
const LATER = 10_000;

class Writer {
  readonly #view: DataView;
  /** By slot: the position that was reserved there. */
  readonly #reserved = new Map<number, number>();

  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    this.#view = new DataView(bytes.buffer);
  }

  /** The slot that is ours now; null and counted if there is none. */
  reserve(): number | null {
    const head = this.#view.getUint32(HEADER.HEAD, true);
    const at = HEADER.SIZE + head % SLOTS * SLOT.SIZE;
    if (this.#view.getUint32(at, true) !== head) {
      this.#view.setUint32(HEADER.DROPPED, this.#view.getUint32(HEADER.DROPPED, true) + 1, true);
      return null;
    }
    this.#view.setUint32(HEADER.HEAD, head + 1, true);
    this.#reserved.set(at, head);
    return at;
  }

  fill(at: number, name: string): void {
    const text = new TextEncoder().encode(name);
    this.#view.setUint16(at + SLOT.OPERATION, UNLINK, true);
    this.#view.setUint16(at + SLOT.LENGTH, text.length, true);
    this.bytes.set(text, at + SLOT.TEXT);
    // Not if it was passed over meanwhile.
    const position = this.#reserved.get(at)!;
    if (this.#view.getUint32(at, true) !== position) return;
    this.#view.setUint32(at + SLOT.SEQUENCE, position + 1, true);
  }

  write(name: string): void {
    const at = this.reserve();
    if (at !== null) this.fill(at, name);
  }
}

function laid(head = 0): { bytes: Uint8Array<ArrayBuffer>; writer: Writer } {
  const bytes = new Uint8Array(RING_SIZE);
  PreloadRing.lay(bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(HEADER.HEAD, head, true);
  for (let i = 0; i < SLOTS; i++) {
    const position = head + (i - head % SLOTS + SLOTS) % SLOTS;
    view.setUint32(HEADER.SIZE + i * SLOT.SIZE, position, true);
  }
  return { bytes, writer: new Writer(bytes) };
}

function taken(ring: PreloadRing, now = 0): string[] {
  const events: TelemetryEvent[] = [];
  ring.take(now, (event) => events.push(event));
  return events.map(({ action, path, count }) => action === "lost" ? `lost ${count}` : path!);
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => String(from + i));

for (const head of [0, 5, SLOTS, 2 ** 32 - SLOTS - 3]) {
  Deno.test(`the next reader goes on where the one before it ended, from position ${head}`, () => {
    const { bytes, writer } = laid(head);
    const first = new PreloadRing(bytes);
    for (const name of numbers(0, 10)) writer.write(name);
    assert.deepEqual(taken(first), numbers(0, 10));
    for (const name of numbers(10, 20)) writer.write(name);
    // The first one is no more.
    const second = new PreloadRing(bytes);
    assert.deepEqual(taken(second), numbers(10, 20));
    assert.deepEqual(taken(new PreloadRing(bytes)), []);
    // A round and more later there is still room for everything.
    for (let round = 0; round < 3; round++) {
      for (const name of numbers(0, SLOTS - 1)) writer.write(name);
      assert.deepEqual(taken(second), numbers(0, SLOTS - 1));
    }
  });
}

Deno.test("what found no room while nobody read is told of, once", () => {
  const { bytes, writer } = laid();
  for (const name of numbers(0, SLOTS + 7)) writer.write(name);
  const all = taken(new PreloadRing(bytes));
  assert.deepEqual(all, [...numbers(0, SLOTS), "lost 7"]);
  writer.write("more");
  assert.deepEqual(taken(new PreloadRing(bytes)), ["more"]);
});

Deno.test("who is killed while a slot is told of loses that one, and it is not told twice", () => {
  const { bytes, writer } = laid();
  for (const name of numbers(0, 3)) writer.write(name);
  const told: string[] = [];
  assert.throws(() =>
    new PreloadRing(bytes).take(0, ({ path }) => {
      told.push(path!);
      if (path === "1") throw new Error("killed");
    })
  );
  assert.deepEqual([...told, ...taken(new PreloadRing(bytes))], numbers(0, 3));
});

Deno.test("a slot that nobody fills is passed over by the next reader, too", () => {
  const { bytes, writer } = laid();
  writer.write("before");
  writer.reserve();
  writer.write("after");
  assert.deepEqual(taken(new PreloadRing(bytes)), ["before"]);
  const next = new PreloadRing(bytes);
  assert.deepEqual(taken(next), []);
  assert.deepEqual(taken(next, LATER), ["lost 1", "after"]);
  writer.write("and on");
  assert.deepEqual(taken(next, LATER), ["and on"]);
});

Deno.test("who is held up while it tells is waited for, and what comes after stays in order", () => {
  const { bytes, writer } = laid();
  const ring = new PreloadRing(bytes);
  const at = writer.reserve()!;
  writer.write("after");
  assert.deepEqual(taken(ring), []);
  assert.deepEqual(taken(ring, 1_900), []);
  writer.fill(at, "before");
  assert.deepEqual(taken(ring, 1_950), ["before", "after"]);
});

Deno.test("who goes on after it was passed over spoils nothing", () => {
  const { bytes, writer } = laid();
  const ring = new PreloadRing(bytes);
  const at = writer.reserve()!;
  assert.deepEqual(taken(ring), []);
  assert.deepEqual(taken(ring, LATER), ["lost 1"]);
  writer.fill(at, "too late");
  for (const name of numbers(0, SLOTS)) writer.write(name);
  assert.deepEqual(taken(ring, LATER), numbers(0, SLOTS));
});
