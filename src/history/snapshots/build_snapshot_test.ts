import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Snapshot } from "../../store/trees/entry.ts";
import { EXTENT_ZERO } from "../../tree/nodes/extent.ts";
import type { CapturedDirectory, CapturedOverlay } from "../../tree/capture/capture.ts";
import { buildSnapshot } from "./build_snapshot.ts";
import { captureModel } from "./testing/capture_model.ts";
import {
  directory,
  file,
  modelPairs,
  storedAttributes,
  storeModel,
  withStore,
} from "./testing/fixtures.ts";
import { lookupPath } from "./lookup_path.ts";

const MIB = 1024 * 1024;

Deno.test("a build of a capture equals a build from nothing", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(modelPairs, ([before, after]) => {
        const base = storeModel(store, before);
        const { capture, readSegment } = captureModel(store, base, before, after);
        const built = buildSnapshot(store, capture, readSegment);
        assert.deepEqual(built.snapshot, storeModel(store, after));
        assert.equal(built.slots.length, capture.slots);
      }),
      { numRuns: 300, verbose: 1 },
    );
  });
});

Deno.test("nothing changed is the base itself", async () => {
  await withStore((store) => {
    const base = storeModel(store, directory({ a: file("x") }));
    const { snapshot } = buildSnapshot(
      store,
      { base, directories: [], links: [], slots: 0 },
      noSegment,
    );
    assert.deepEqual(snapshot, base);
  });
});

/** A large file of which `write` changed one byte: the base and the bytes after. */
function oneFile(store: Parameters<typeof storeModel>[0], bytes: Uint8Array<ArrayBuffer>) {
  const base = storeModel(store, directory());
  const content = store.putFile(bytes.length, (offset, into, length) => {
    into.set(bytes.subarray(offset, offset + length));
  });
  return { base, content };
}

function buildFile(
  store: Parameters<typeof storeModel>[0],
  base: Snapshot,
  size: number,
  overlay: CapturedOverlay,
  journal: Uint8Array,
) {
  const node = file("");
  const root = directory();
  let read = 0;
  const { snapshot } = buildSnapshot(store, {
    base,
    directories: [{
      slot: 0,
      attributes: storedAttributes(store, root),
      base: null,
      changes: new Map([["f", {
        type: "file",
        slot: 1,
        attributes: { ...storedAttributes(store, node), size },
        content: { type: "overlay", overlay },
      }]]),
    }],
    links: [],
    slots: 2,
  }, (_segment, position, into, length) => {
    read += length;
    into.set(journal.subarray(position, position + length));
  });
  const record = lookupPath(store, snapshot, "f")!;
  const bytes = new Uint8Array(size);
  assert.equal(store.readContent(record, size, 0, bytes, 0, size), size);
  return { bytes, record, read };
}

Deno.test("random overlays over chunked and small bases read as the model says", async () => {
  const range = fc.record({ offset: fc.nat(MIB), length: fc.nat(200_000), kind: fc.nat(2) });
  await withStore((store) => {
    fc.assert(
      fc.property(
        fc.nat(MIB),
        fc.nat(MIB),
        fc.nat(MIB),
        fc.array(range, { maxLength: 4 }),
        (baseLength, shown, size, ranges) => {
          const bytes = Uint8Array.from(
            { length: baseLength },
            (_, i) => (i * 31 + (i >> 8)) & 0xff,
          );
          const { base, content } = oneFile(store, bytes);
          const journal = Uint8Array.from({ length: 200_100 }, (_, i) => (i * 7) & 0xff);
          const baseSize = Math.min(shown, baseLength);
          const expected = new Uint8Array(size);
          expected.set(bytes.subarray(0, Math.min(baseSize, size)));
          const isData = new Uint8Array(size).fill(1, 0, Math.min(baseSize, size));
          const extents = disjoint(ranges);
          for (const { offset, length, kind } of extents) {
            const from = kind === 0
              ? new Uint8Array(length)
              : (kind === 1 ? journal : bytes).subarray(
                3,
                3 + length,
              );
            if (offset < size) expected.set(from.subarray(0, size - offset), offset);
            isData.fill(kind === 0 ? 0 : 1, offset, offset + length);
          }
          const usable = extents.filter((e) => e.kind !== 2 || e.length + 3 <= baseLength);
          if (usable.length !== extents.length) return;
          const built = buildFile(store, base, size, {
            base: content,
            baseLength,
            baseSize,
            offsets: Float64Array.from(extents, (e) => e.offset),
            lengths: Float64Array.from(extents, (e) => e.length),
            sources: Float64Array.from(extents, (e) => [EXTENT_ZERO, 7, -2][e.kind]!),
            positions: Float64Array.from(extents, () => 3),
            references: [{ ...content, size: baseLength }],
          }, journal);
          assert.deepEqual(built.bytes, expected);
          const whole = store.putFile(size, (offset, into, length) => {
            into.set(expected.subarray(offset, offset + length));
          }, (from, to) => rangesOf(isData, from, to));
          assert.deepEqual({ content: built.record.content, chunked: built.record.chunked }, whole);
        },
      ),
      { numRuns: 60, verbose: 1 },
    );
  });
});

/** Runs of ones in `[from, to)`. */
function rangesOf(isData: Uint8Array, from: number, to: number) {
  const ranges: { offset: number; length: number }[] = [];
  for (let at = from; at < to; at++) {
    if (isData[at] === 0) continue;
    const end = isData.indexOf(0, at);
    const stop = Math.min(to, end < 0 ? isData.length : end);
    ranges.push({ offset: at, length: stop - at });
    at = stop;
  }
  return ranges;
}

function disjoint<T extends { offset: number; length: number }>(ranges: readonly T[]): T[] {
  let end = 0;
  return [...ranges].sort((a, b) => a.offset - b.offset).flatMap((range) => {
    const offset = Math.max(range.offset, end);
    end = offset + range.length;
    return range.length === 0 ? [] : [{ ...range, offset }];
  });
}

Deno.test("one changed byte of a large file reads one chunk of it", async () => {
  await withStore((store) => {
    const bytes = Uint8Array.from({ length: 4 * MIB }, (_, i) => (i >> 10) & 0xff);
    const { base, content } = oneFile(store, bytes);
    store.commit();
    const before = store.stats().plainBytes;
    const built = buildFile(store, base, bytes.length, {
      base: content,
      baseLength: bytes.length,
      baseSize: bytes.length,
      offsets: Float64Array.of(MIB + 5),
      lengths: Float64Array.of(1),
      sources: Float64Array.of(7),
      positions: Float64Array.of(0),
      references: [],
    }, Uint8Array.of(0xaa));
    assert.equal(built.read, 1);
    assert.equal(built.bytes[MIB + 5], 0xaa);
    store.commit();
    assert.ok(store.stats().plainBytes - before < 270_000);
  });
});

Deno.test("a tree deeper than the call stack is built", async () => {
  await withStore((store) => {
    const base = storeModel(store, directory());
    const attributes = storedAttributes(store, directory());
    const directories = Array.from({ length: 20_001 }, (_, depth): CapturedDirectory => ({
      slot: depth,
      attributes,
      base: null,
      changes: new Map(depth === 20_000 ? [] : [["d", { type: "directory", index: depth + 1 }]]),
    }));
    const capture = { base, directories, links: [], slots: directories.length };
    // It is posted to another thread, which copies it by recursion.
    const { snapshot } = buildSnapshot(store, structuredClone(capture), noSegment);
    assert.equal(snapshot.root.entries, 20_000);
  });
});

function noSegment(): never {
  throw new Error("No segment is read");
}
