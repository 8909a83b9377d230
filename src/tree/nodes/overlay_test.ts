import assert from "node:assert/strict";
import fc from "fast-check";
import { EXTENT_ZERO } from "../nodes/extent.ts";
import { Overlay } from "./overlay.ts";

/** Bytes of the base and of journal segments: each position has a value of its own. */
const BASE = Uint8Array.from({ length: 256 }, (_, i) => 1 + (i * 7) % 250);
const segmentByte = (source: number, position: number) => 1 + (source * 31 + position * 13) % 250;

type Step =
  | { type: "cover"; offset: number; length: number; source: number; position: number }
  | { type: "truncate"; size: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("cover" as const),
      offset: fc.nat(300),
      length: fc.integer({ min: 1, max: 80 }),
      source: fc.constantFrom(EXTENT_ZERO, 0, 1, 2),
      position: fc.nat(1000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("truncate" as const), size: fc.nat(300) }),
  },
);

/** A file as plain bytes, next to its size. */
class Model {
  bytes = new Uint8Array(512);
  size: number;

  constructor(baseSize: number) {
    this.bytes.set(BASE.subarray(0, baseSize));
    this.size = baseSize;
  }

  apply(s: Step): void {
    if (s.type === "truncate") {
      this.bytes.fill(0, s.size);
      this.size = s.size;
      return;
    }
    for (let i = 0; i < s.length; i++) {
      this.bytes[s.offset + i] = s.source === EXTENT_ZERO
        ? 0
        : segmentByte(s.source, s.position + i);
    }
    this.size = Math.max(this.size, s.offset + s.length);
  }
}

function apply(overlay: Overlay, size: number, s: Step): number {
  if (s.type === "truncate") {
    overlay.truncate(Math.min(s.size, size));
    return s.size;
  }
  overlay.cover(s.offset, s.length, s.source, s.position);
  return Math.max(size, s.offset + s.length);
}

function render(overlay: Overlay, size: number): Uint8Array {
  const bytes = new Uint8Array(512).fill(0xff);
  bytes.fill(0, size);
  const base = (at: number, count: number) => {
    if (overlay.base instanceof Overlay) {
      bytes.set(render(overlay.base, 512).subarray(at, at + count), at);
    } else {
      bytes.set(BASE.subarray(at, at + count), at);
    }
  };
  overlay.pieces(0, size, {
    extent: (at, count, source, position) => {
      for (let i = 0; i < count; i++) bytes[at + i] = segmentByte(source, position + i);
    },
    base,
    zero: (at, count) => void bytes.fill(0, at, at + count),
  });
  return bytes;
}

Deno.test("an overlay reads as the bytes that were written", () => {
  fc.assert(fc.property(fc.nat(256), fc.array(step, { maxLength: 40 }), (baseSize, steps) => {
    const overlay = new Overlay(null, baseSize);
    const model = new Model(baseSize);
    let size = baseSize;
    for (const s of steps) {
      size = apply(overlay, size, s);
      model.apply(s);
      assert.equal(size, model.size);
    }
    assert.deepEqual(render(overlay, size), model.bytes);
    let end = 0;
    for (const [offset, length] of overlay.extents) {
      assert.ok(offset >= end && length > 0, "disjoint");
      end = offset + length;
    }
  }));
});

Deno.test("a range reads as that part of the whole", () => {
  fc.assert(fc.property(
    fc.array(step, { maxLength: 20 }),
    fc.nat(300),
    fc.nat(200),
    (steps, offset, length) => {
      const overlay = new Overlay(null, 200);
      let size = 200;
      for (const s of steps) size = apply(overlay, size, s);
      const whole = render(overlay, 512);
      const part = new Uint8Array(length);
      overlay.pieces(offset, length, {
        extent: (at, count, source, position) => {
          for (let i = 0; i < count; i++) part[at - offset + i] = segmentByte(source, position + i);
        },
        base: (at, count) => part.set(BASE.subarray(at, at + count), at - offset),
        zero: (at, count) => void part.fill(0, at - offset, at - offset + count),
      });
      assert.deepEqual(part, whole.slice(offset, offset + length));
    },
  ));
});

Deno.test("an overlay without the frozen one below it shows the same bytes", () => {
  const steps = fc.array(step, { maxLength: 20 });
  fc.assert(fc.property(fc.nat(256), steps, steps, (baseSize, before, after) => {
    const frozen = new Overlay(null, baseSize);
    let size = baseSize;
    for (const s of before) size = apply(frozen, size, s);
    const top = new Overlay(frozen, size);
    for (const s of after) size = apply(top, size, s);
    const expected = render(top, size);
    top.become(top.over(frozen, size));
    assert.equal(top.base, null);
    assert.deepEqual(render(top, size), expected);
  }));
});
