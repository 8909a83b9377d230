import assert from "node:assert/strict";
import { poll } from "../../ffi/linux/descriptor.ts";
import { close } from "../../ffi/linux/open.ts";
import { createRing, type Ring, RingReader, RingWriter } from "./ring.ts";

function withRing(bytes: number, body: (ring: Ring) => void): void {
  const ring = createRing(bytes);
  try {
    body(ring);
  } finally {
    close(ring.eventFd);
  }
}

function put(writer: RingWriter, length: number, mark: number): boolean {
  const at = writer.reserve(length);
  if (at < 0) return false;
  writer.bytes.fill(mark, at + 4, at + length);
  writer.commit();
  return true;
}

function takeAll(reader: RingReader): [length: number, mark: number][] {
  const taken: [number, number][] = [];
  reader.look(() => {});
  reader.take((at) => {
    const length = reader.view.getUint32(at, true);
    const bytes = reader.bytes.subarray(at + 4, at + length);
    assert.ok(bytes.every((byte) => byte === bytes[0]), "A record was overwritten");
    taken.push([length, bytes[0]!]);
    return true;
  });
  return taken;
}

function isReadable({ eventFd }: Ring): boolean {
  const fds = new Uint8Array(8);
  const view = new DataView(fds.buffer);
  view.setInt32(0, eventFd, true);
  view.setInt16(4, 1, true);
  return poll(fds, 1, 0) === 1;
}

Deno.test("what is put into a ring comes out, in order, over its end and around", () =>
  withRing(1024, (ring) => {
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)];
    let mark = 0;
    for (let round = 0; round < 200; round++) {
      const lengths = [16, 21, 40, 93, 7 + round % 200].slice(0, 1 + round % 5);
      const put_ = lengths.map((length) => {
        mark = (mark + 1) % 251;
        assert.ok(put(writer, length, mark));
        return [length, mark];
      });
      assert.deepEqual(takeAll(reader), put_);
    }
    assert.equal(reader.takeDropped(), 0);
  }));

Deno.test("a full ring drops what comes and counts it; what is in it stays", () =>
  withRing(1024, (ring) => {
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)];
    let kept = 0;
    while (put(writer, 100, kept + 1)) kept++;
    for (let i = 0; i < 5; i++) assert.equal(put(writer, 100, 200), false);
    assert.deepEqual(
      takeAll(reader).map(([, mark]) => mark),
      Array.from({ length: kept }, (_, i) => i + 1),
    );
    assert.equal(reader.takeDropped(), 6);
    assert.equal(reader.takeDropped(), 0);
    assert.ok(put(writer, 100, 7));
    assert.deepEqual(takeAll(reader), [[100, 7]]);
  }));

Deno.test("the reader is woken if it sleeps, or the ring is half full, and not for each record", () =>
  withRing(1024, (ring) => {
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)];
    put(writer, 100, 1);
    assert.equal(isReadable(ring), false);
    assert.equal(reader.sleep(), false, "There is a record already");
    takeAll(reader);
    assert.equal(reader.sleep(), true);
    put(writer, 100, 1);
    assert.equal(isReadable(ring), true);
  }));

Deno.test("what was looked at stays until it is taken, and is looked at once", () =>
  withRing(1024, (ring) => {
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)];
    const looked = () => {
      const marks: number[] = [];
      reader.look((at) => void marks.push(reader.bytes[at + 4]!));
      return marks;
    };
    const takenUpTo = (last: number) => {
      const marks: number[] = [];
      reader.take((at) => {
        const mark = reader.bytes[at + 4]!;
        if (mark > last) return false;
        marks.push(mark);
        return true;
      });
      return marks;
    };
    for (let mark = 1; mark <= 5; mark++) put(writer, 100, mark);
    assert.deepEqual(takenUpTo(9), [], "Nobody has looked yet");
    assert.deepEqual(looked(), [1, 2, 3, 4, 5]);
    assert.ok(reader.isFilling);
    put(writer, 100, 6);
    assert.deepEqual(takenUpTo(2), [1, 2]);
    assert.deepEqual(looked(), [6]);
    for (let mark = 7; mark <= 9; mark++) assert.ok(put(writer, 100, mark), "There is no room");
    assert.deepEqual(takenUpTo(4), [3, 4]);
    assert.deepEqual(looked(), [7, 8, 9]);
    assert.deepEqual(takenUpTo(9), [5, 6, 7, 8, 9]);
    assert.ok(!reader.isFilling);
  }));

Deno.test("the writer knows while what it laid down is taken", () =>
  withRing(1024, (ring) => {
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)];
    put(writer, 100, 1);
    reader.look(() => {});
    assert.ok(!writer.isBeingTaken);
    const seen: boolean[] = [];
    reader.take(() => seen.push(writer.isBeingTaken) > 0);
    assert.deepEqual(seen, [true]);
    assert.ok(!writer.isBeingTaken);
  }));

Deno.test("a ring that is half full wakes the reader", () =>
  withRing(1024, (ring) => {
    const writer = new RingWriter(ring);
    for (let i = 0; i < 4; i++) put(writer, 104, 1);
    assert.equal(isReadable(ring), false);
    put(writer, 104, 1);
    assert.equal(isReadable(ring), true);
  }));

Deno.test("positions beyond 2^32 bytes are positions still", () =>
  withRing(1024, (ring) => {
    new Uint32Array(ring.memory, 0, 17).fill(0xffff_ff00);
    new Uint32Array(ring.memory)[32] = 0;
    const [writer, reader] = [new RingWriter(ring), new RingReader(ring)];
    for (let i = 1; i < 50; i++) {
      assert.ok(put(writer, 40, i));
      assert.deepEqual(takeAll(reader), [[40, i]]);
    }
  }));
