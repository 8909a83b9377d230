import assert from "node:assert/strict";
import fc from "fast-check";
import { ExtentList } from "./extent_list.ts";

const SIZE = 400;

/** Of each byte: where it comes from; null where no extent is. */
type Bytes = (string | null)[];

function bytesOf(list: ExtentList): Bytes {
  const bytes: Bytes = new Array(SIZE).fill(null);
  for (const [offset, length, source, position] of list) {
    for (let i = 0; i < length; i++) bytes[offset + i] = `${source} ${position + i}`;
  }
  return bytes;
}

const step = fc.record({
  cut: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  offset: fc.nat(SIZE - 60),
  length: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 60 })),
  source: fc.nat(3),
  position: fc.nat(1000),
});

Deno.test("extents in short leaves are those in one array", () => {
  const skip = (_: number, position: number, count: number) => position + count;
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.integer({ min: 2, max: 5 }),
      (steps, most) => {
        const list = new ExtentList(most);
        const model: Bytes = new Array(SIZE).fill(null);
        for (const { cut, offset, length, source, position } of steps) {
          if (cut) {
            list.truncate(offset);
            model.fill(null, offset);
            continue;
          }
          list.cover(offset, length, source, position, skip);
          for (let i = 0; i < length; i++) model[offset + i] = `${source} ${position + i}`;
        }
        assert.deepEqual(bytesOf(list), model);
        const all = [...list];
        assert.equal(list.size, all.length);
        all.reduce((end, [offset, length]) => {
          assert.ok(offset >= end && length > 0, "they are sorted and disjoint");
          return offset + length;
        }, 0);
        const columns = list.columns();
        assert.deepEqual(all, all.map((_, i) => columns.map((column) => column[i])));
        for (const from of [0, 50, 123, SIZE]) {
          const seen: number[][] = [];
          list.visit(from, (...extent) => seen.push(extent) > 3);
          const expected = all.filter(([offset, length]) => offset + length > from);
          assert.deepEqual(seen, expected.slice(0, 4));
        }
      },
    ),
    { numRuns: 500 },
  );
});
