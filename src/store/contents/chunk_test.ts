import assert from "node:assert/strict";
import fc from "fast-check";
import { SEED } from "../../../tests/support/random.ts";
import { CHUNK_BYTES } from "./chunk_list.ts";
import type { ContentId } from "../trees/entry.ts";
import type { StoreWriter } from "../store_writer.ts";
import { noise, readFrom, withStore } from "../testing/fixtures.ts";

const FILE_MAX = 5 * CHUNK_BYTES;

/** Sizes and offsets near the ends of chunks, where mistakes are, and anywhere. */
const position = fc.oneof(
  fc.nat(FILE_MAX),
  fc.tuple(fc.nat(5), fc.integer({ min: -2, max: 2 })).map(([chunk, delta]) =>
    Math.max(0, Math.min(FILE_MAX, chunk * CHUNK_BYTES + delta))
  ),
);
const write = fc.record({ offset: position, length: fc.nat(70_000), zero: fc.boolean() });
type Write = { offset: number; length: number; zero: boolean };
const PATTERN = noise(70_000);

/** `old` cut or grown to `size`, with the writes done. */
function edited(old: Uint8Array, size: number, writes: readonly Write[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set(old.subarray(0, size));
  for (const { offset, length, zero } of writes) {
    const end = Math.min(size, offset + length);
    if (offset >= end) continue;
    if (zero) bytes.fill(0, offset, end);
    else bytes.set(PATTERN.subarray(0, end - offset), offset);
  }
  return bytes;
}

function put(store: StoreWriter, bytes: Uint8Array): ContentId {
  return store.putFile(bytes.length, readFrom(bytes));
}

Deno.test("a file edited in known places is stored as the file written anew", () => {
  withStore((store) => {
    const step = fc.record({
      shown: position,
      size: position,
      writes: fc.array(write, { maxLength: 3 }),
    });
    console.log(`AGENTVFS_SEED=${SEED}`);
    fc.assert(
      fc.property(
        position,
        fc.array(write, { maxLength: 4 }),
        fc.array(step, { maxLength: 4 }),
        (size, first, steps) => {
          let bytes = edited(new Uint8Array(), size, first);
          let content = put(store, bytes);
          for (const { shown, size, writes } of steps) {
            const baseSize = Math.min(shown, bytes.length);
            const next = edited(bytes.subarray(0, baseSize), size, writes);
            content = store.putChunked(size, content, baseSize, writes, readFrom(next));
            assert.deepEqual(content, put(store, next));
            bytes = next;
          }
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });
});

Deno.test("ranges read are slices, and holes are where whole chunks are zero", () => {
  withStore((store) => {
    console.log(`AGENTVFS_SEED=${SEED}`);
    const range = fc.tuple(position, fc.nat(2 * CHUNK_BYTES), fc.nat(100));
    fc.assert(
      fc.property(
        position,
        fc.array(write, { maxLength: 4 }),
        fc.array(range),
        (size, writes, ranges) => {
          const bytes = edited(new Uint8Array(), size, writes);
          const content = put(store, bytes);
          const into = new Uint8Array(2 * CHUNK_BYTES + 100);
          for (const [offset, length, at] of ranges) {
            into.fill(0xee);
            const count = store.readContent(content, size, offset, into, at, length);
            const expected = bytes.subarray(offset, offset + length);
            assert.equal(count, expected.length);
            assert.deepEqual(into.subarray(at, at + count), expected);
            assert.ok(
              into.subarray(0, at).every((byte) => byte === 0xee),
              "written before the range",
            );
            assert.equal(into[at + count] ?? 0xee, 0xee, "written behind the range");
          }
          const data = dataMap(bytes);
          const seek = (from: number, wanted: boolean) => {
            for (let i = Math.floor(from / CHUNK_BYTES); i < data.length; i++) {
              if (data[i] === wanted) return Math.max(from, i * CHUNK_BYTES);
            }
            return -1;
          };
          let allocated = 0;
          data.forEach((d, i) =>
            allocated += d ? Math.min(CHUNK_BYTES, size - i * CHUNK_BYTES) : 0
          );
          assert.equal(store.allocatedBytes(content, size), allocated);
          for (const [offset] of ranges) {
            const inside = offset < size;
            const hole = seek(offset, false);
            assert.equal(store.nextData(content, size, offset), inside ? seek(offset, true) : -1);
            assert.equal(
              store.nextHole(content, size, offset),
              !inside ? -1 : hole === -1 ? size : hole,
            );
          }
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });
});

/** For each chunk: is it data? Files of one chunk are all data. */
function dataMap(bytes: Uint8Array): boolean[] {
  const map: boolean[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const whole = bytes.length <= CHUNK_BYTES;
    map.push(whole || bytes.subarray(at, at + CHUNK_BYTES).some((byte) => byte !== 0));
  }
  return map;
}

/** A file in which each block of 4 KiB is data or a hole; data may be zeros. */
interface Sparse {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly data: readonly boolean[];
}

const BLOCK = 4096;
const blocks = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom("hole", "zeros", "noise")),
  { maxLength: 8 },
);

function sparse(size: number, runs: readonly (readonly [number, string])[]): Sparse {
  const bytes = new Uint8Array(size);
  const data = new Array(Math.ceil(size / BLOCK)).fill(false);
  let block = 0;
  for (const [count, what] of runs) {
    for (const end = block + count; block < end && block < data.length; block++) {
      data[block] = what !== "hole";
      if (what !== "noise") continue;
      bytes.set(
        PATTERN.subarray(block, block + Math.min(BLOCK, size - block * BLOCK)),
        block * BLOCK,
      );
    }
  }
  return { bytes, data };
}

/** One range for each block of data. */
function rangesOf({ bytes, data }: Sparse) {
  return (from: number, to: number) =>
    data.flatMap((isData, block) => {
      const offset = Math.max(from, block * BLOCK);
      const end = Math.min(to, bytes.length, (block + 1) * BLOCK);
      return isData && end > offset ? [{ offset, length: end - offset }] : [];
    });
}

function putSparse(store: StoreWriter, file: Sparse): ContentId {
  return store.putFile(file.bytes.length, readFrom(file.bytes), rangesOf(file));
}

Deno.test("holes of blocks, and zeros that are data, are told as they were put", () => {
  withStore((store) => {
    console.log(`AGENTVFS_SEED=${SEED}`);
    fc.assert(
      fc.property(position, blocks, fc.array(position), (size, runs, offsets) => {
        const file = sparse(size, runs);
        const content = putSparse(store, file);
        const into = new Uint8Array(size);
        assert.equal(store.readContent(content, size, 0, into, 0, size), size);
        assert.deepEqual(into, file.bytes);
        const length = (block: number) => Math.min(BLOCK, size - block * BLOCK);
        const allocated = file.data.reduce((sum, is, i) => sum + (is ? length(i) : 0), 0);
        assert.equal(store.allocatedBytes(content, size), allocated);
        for (const offset of offsets.filter((offset) => offset < size)) {
          const find = (wanted: boolean) => {
            const block = file.data.indexOf(wanted, Math.floor(offset / BLOCK));
            return block < 0 ? -1 : Math.max(offset, block * BLOCK);
          };
          const hole = find(false);
          assert.equal(store.nextData(content, size, offset), find(true));
          assert.equal(store.nextHole(content, size, offset), hole < 0 ? size : hole);
        }
        if (file.data.every((is) => is) && size <= CHUNK_BYTES) {
          assert.deepEqual(content, put(store, file.bytes));
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

Deno.test("a sparse file edited in known places is stored as the file written anew", () => {
  withStore((store) => {
    console.log(`AGENTVFS_SEED=${SEED}`);
    const edit = fc.tuple(
      fc.nat(400),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom("hole", "noise"),
    );
    fc.assert(
      fc.property(
        position,
        blocks,
        position,
        fc.array(edit, { maxLength: 4 }),
        (size, runs, newSize, edits) => {
          const before = sparse(size, runs);
          const base = putSparse(store, before);
          // A cut within a block leaves the rest of it zeros, and the block as it is.
          const shown = Math.floor(Math.min(size, newSize) / BLOCK) * BLOCK;
          const after = sparse(newSize, []);
          after.bytes.set(before.bytes.subarray(0, shown));
          const data = after.data.map((_, block) => block * BLOCK < shown && before.data[block]!);
          const dirty = edits.map(([first, count, what]) => {
            for (let block = first; block < Math.min(first + count, data.length); block++) {
              data[block] = what === "noise";
              const end = Math.min(newSize, (block + 1) * BLOCK);
              after.bytes.fill(what === "noise" ? 7 : 0, block * BLOCK, end);
            }
            return { offset: first * BLOCK, length: count * BLOCK };
          });
          const file = { bytes: after.bytes, data };
          const read = readFrom(file.bytes);
          const edited = store.putChunked(newSize, base, shown, dirty, read, rangesOf(file));
          assert.deepEqual(edited, putSparse(store, file));
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });
});

Deno.test("a file without small holes has the name it had when only chunks could be holes", () => {
  withStore((store, directory) => {
    for (const size of [1, 5000, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]) {
      const bytes = noise(size);
      const whole = (from: number, to: number) => [{ offset: from, length: to - from }];
      assert.deepEqual(store.putFile(size, readFrom(bytes), whole), put(store, bytes));
    }
    const size = 4 * CHUNK_BYTES;
    const bytes = noise(size).fill(0, CHUNK_BYTES, 2 * CHUNK_BYTES);
    const content = store.putFile(
      size,
      readFrom(bytes),
      (from, to) => from === CHUNK_BYTES ? [] : [{ offset: from, length: to - from }],
    );
    assert.deepEqual(content, put(store, bytes));
    assert.match(Deno.readTextFileSync(`${directory}/format`), /version 2/);
  });
});

Deno.test("the same bytes with other holes are the same bytes", () => {
  withStore((store) => {
    for (const size of [5000, 9 * BLOCK, CHUNK_BYTES, 3 * CHUNK_BYTES + 5]) {
      const zeros = sparse(size, []);
      const holes = putSparse(store, zeros);
      const dense = store.putFile(
        size,
        readFrom(zeros.bytes),
        (from, to) => [{ offset: from, length: to - from }],
      );
      assert.notDeepEqual(holes, dense);
      assert.ok(store.hasSameBytes(holes, dense, size));
      assert.ok(store.hasSameBytes(dense, holes, size));
      const other = zeros.bytes.slice().fill(1, size - 3);
      assert.ok(!store.hasSameBytes(holes, put(store, other), size));
      const one = putSparse(store, sparse(size, [[1, "hole"], [1, "noise"]]));
      assert.ok(!store.hasSameBytes(holes, one, size));
      assert.ok(
        store.hasSameBytes(one, put(store, sparse(size, [[1, "hole"], [1, "noise"]]).bytes), size),
      );
    }
  });
});

Deno.test("one byte changed in a file of 50 MiB stores less than 600 KiB", () => {
  withStore((store) => {
    const bytes = noise(50 << 20);
    const base = put(store, bytes);
    store.commit();
    const before = store.stats().packBytes;
    bytes[30_000_000] = bytes[30_000_000]! ^ 1;
    let read = 0;
    const dirty = [{ offset: 30_000_000, length: 1 }];
    const content = store.putChunked(
      bytes.length,
      base,
      bytes.length,
      dirty,
      (at, into, length) => {
        read += length;
        into.set(bytes.subarray(at, at + length));
      },
    );
    store.commit();
    assert.equal(read, CHUNK_BYTES);
    assert.ok(store.stats().packBytes - before < 600 * 1024);
    const into = new Uint8Array(3);
    store.readContent(content, bytes.length, 29_999_999, into, 0, 3);
    assert.deepEqual(into, bytes.subarray(29_999_999, 30_000_002));
  });
});

Deno.test("sparse files of any size stay tiny", () => {
  withStore((store) => {
    for (const size of [100 * 2 ** 30, 2 ** 50, Number.MAX_SAFE_INTEGER]) {
      const offset = Math.floor(size / 2 / CHUNK_BYTES) * CHUNK_BYTES + 10;
      const content = store.putChunked(size, null, 0, [{ offset, length: 3 }], (at, into) => {
        into.fill(0);
        into.set([1, 2, 3], offset - at);
      });
      assert.ok(store.read(content.content!).length < 700);
      assert.equal(store.allocatedBytes(content, size), CHUNK_BYTES);
      assert.equal(
        Math.floor(store.nextData(content, size, 0) / CHUNK_BYTES),
        Math.floor(offset / CHUNK_BYTES),
      );
      assert.equal(store.nextData(content, size, size - 1), -1);
      assert.equal(store.nextHole(content, size, size - 1), size - 1);
      const into = new Uint8Array(5).fill(9);
      assert.equal(store.readContent(content, size, offset - 1, into, 0, 5), 5);
      assert.deepEqual(into, new Uint8Array([0, 1, 2, 3, 0]));
      assert.equal(store.readContent(content, size, size - 2, into, 0, 5), 2);
    }
  });
});

Deno.test("an empty file has no content, and nothing can be read from it", () => {
  withStore((store) => {
    const empty = { content: null, chunked: false };
    assert.deepEqual(put(store, new Uint8Array()), empty);
    assert.equal(store.readContent(empty, 0, 0, new Uint8Array(4), 0, 4), 0);
    assert.equal(store.nextData(empty, 0, 0), -1);
    assert.equal(store.nextHole(empty, 0, 0), -1);
    assert.equal(store.allocatedBytes(empty, 0), 0);
  });
});

Deno.test("reading outside the buffer is refused", () => {
  withStore((store) => {
    const content = put(store, noise(1000));
    const into = new Uint8Array(10);
    assert.throws(() => store.readContent(content, 1000, 0, into, 0, 11), RangeError);
    assert.throws(() => store.readContent(content, 1000, 0, into, 5, 6), RangeError);
    assert.throws(() => store.readContent(content, 1000, -1, into, 0, 5), RangeError);
    assert.throws(() => store.readContent(content, 1000, 0, into, -1, 5), RangeError);
    assert.throws(() => store.readContent(content, 1001, 995, into, 0, 6), /damaged/);
  });
});
