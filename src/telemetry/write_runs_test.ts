import assert from "node:assert/strict";
import { close } from "../../ffi/linux/open.ts";
import { ACTIONS, type Caller, NO_PATH, RECORD, UNKNOWN, VERDICTS } from "./mount_record.ts";
import { MountSource } from "./mount_source.ts";
import { createRing, RingWriter } from "./ring.ts";
import { RUN_MS } from "./write_runs.ts";

interface Told {
  readonly action?: "write" | "truncate" | "mkdir";
  readonly node?: number;
  readonly view?: number;
  readonly path?: string;
  readonly offset?: number;
  readonly bytes?: number;
  readonly thread?: number;
  readonly result?: number;
  readonly verdict?: "allow" | "watch" | "deny";
}

/** Lays down what a mount would. */
function put(writer: RingWriter, time: number, told: Told): void {
  const { action = "write", node = 7, path = "a", offset = -1, bytes = -1, thread = 1 } = told;
  const at = writer.reserve(RECORD.SIZE + path.length);
  assert.ok(at >= 0);
  const { view } = writer;
  writer.bytes.fill(0, at + 4, at + RECORD.SIZE);
  view.setUint8(at + RECORD.ACTION, ACTIONS.indexOf(action));
  view.setUint8(at + RECORD.VERDICT, VERDICTS.indexOf(told.verdict ?? "allow"));
  view.setFloat64(at + RECORD.TIME, time, true);
  view.setInt32(at + RECORD.RESULT, told.result ?? 0, true);
  view.setUint32(at + RECORD.TID, thread, true);
  view.setUint32(at + RECORD.VIEW, told.view ?? 0, true);
  view.setFloat64(at + RECORD.NODE, node, true);
  view.setBigUint64(at + RECORD.INODE, BigInt(node), true);
  view.setFloat64(at + RECORD.OFFSET, offset, true);
  view.setFloat64(at + RECORD.BYTES, bytes, true);
  view.setUint32(at + RECORD.MODE, UNKNOWN, true);
  view.setUint32(at + RECORD.FLAGS, UNKNOWN, true);
  view.setUint16(at + RECORD.PATH_LENGTH, path.length, true);
  view.setUint16(at + RECORD.TARGET_LENGTH, NO_PATH, true);
  for (let i = 0; i < path.length; i++) {
    writer.bytes[at + RECORD.SIZE + i] = path.charCodeAt(i);
  }
  writer.commit();
}

/** `lay` is what a mount does; `told` says what is told at an instant. */
function withMount(
  body: (lay: (time: number, told: Told) => void, told: (now?: number) => string[]) => void,
): void {
  const ring = createRing(1 << 16);
  try {
    const writer = new RingWriter(ring);
    const processOf = ({ tid }: Caller) => ({ tid, pid: Math.floor(tid / 10) });
    const source = new MountSource(ring, { mountpoint: "/m", processOf });
    const told = (now?: number) => {
      const lines: string[] = [];
      source.take(({ action, path, offset, bytes, count, ranges }) => {
        const where = action === "write" ? ` ${offset}+${bytes} ×${count ?? 1}` : "";
        const pieces = ranges === undefined ? "" : JSON.stringify(ranges);
        lines.push(`${action} ${path}${where}${pieces}`);
      }, now);
      return lines;
    };
    body((time, told) => put(writer, time, told), told);
  } finally {
    close(ring.eventFd);
  }
}

Deno.test("writes that follow each other are one event, with what was written where", () =>
  withMount((lay, told) => {
    for (let i = 0; i < 100; i++) lay(i / 10, { offset: 10 * i, bytes: 10 });
    lay(11, { offset: 5000, bytes: 1 });
    assert.deepEqual(told(12), []);
    assert.deepEqual(told(), ["write /m/a 0+1001 ×101[[0,1000],[5000,1]]"]);
  }));

Deno.test("a run ends with anything else that happens to the file, and when another process writes", () =>
  withMount((lay, told) => {
    lay(0, { offset: 0, bytes: 1, thread: 10 });
    lay(1, { offset: 1, bytes: 1, thread: 11 });
    lay(2, { action: "truncate", bytes: 0, thread: 10 });
    lay(3, { offset: 0, bytes: 2, thread: 10 });
    lay(4, { offset: 2, bytes: 3, thread: 20 });
    assert.deepEqual(told(), [
      "write /m/a 0+2 ×2",
      "truncate /m/a",
      "write /m/a 0+2 ×1",
      "write /m/a 2+3 ×1",
    ]);
  }));

Deno.test("a file by another name, and one of the same number in another branch, are others", () =>
  withMount((lay, told) => {
    lay(0, { offset: 0, bytes: 1 });
    lay(1, { offset: 1, bytes: 1, view: 3 });
    lay(2, { offset: 1, bytes: 1 });
    lay(3, { offset: 2, bytes: 1, path: "b" });
    assert.deepEqual(told(), [
      "write /m/a 0+2 ×2",
      "write /m/a 1+1 ×1",
      "write /m/b 2+1 ×1",
    ]);
  }));

Deno.test("events are told in the order in which they began", () =>
  withMount((lay, told) => {
    lay(0, { offset: 0, bytes: 1 });
    lay(1, { action: "mkdir", node: 9, path: "d" });
    lay(2, { offset: 1, bytes: 1, node: 8, path: "b" });
    lay(3, { offset: 1, bytes: 1 });
    assert.deepEqual(told(RUN_MS - 1), []);
    assert.deepEqual(told(RUN_MS), ["write /m/a 0+2 ×2", "mkdir /m/d"]);
    assert.deepEqual(told(2 + RUN_MS), ["write /m/b 1+1 ×1"]);
    assert.deepEqual(told(), []);
  }));

Deno.test("a run that goes on is told of every now and then; failures and what was refused are none", () =>
  withMount((lay, told) => {
    for (let i = 0; i < 3; i++) lay(i * RUN_MS * 0.6, { offset: i, bytes: 1 });
    lay(200, { offset: 8, bytes: 1, result: -28 });
    lay(201, { offset: 9, bytes: 1, verdict: "deny", result: -13 });
    assert.deepEqual(told(), [
      "write /m/a 0+2 ×2",
      "write /m/a 2+1 ×1",
      "write /m/a 8+1 ×1",
      "write /m/a 9+1 ×1",
    ]);
  }));

Deno.test("events far apart in a file are told before there are too many", () =>
  withMount((lay, told) => {
    for (let i = 0; i < 40; i++) lay(i / 100, { offset: i * 100, bytes: 1 });
    assert.equal(told().length, 3);
  }));

Deno.test("what waits for a run is told in pieces that are together all of it", () =>
  withMount((lay, told) => {
    const lines: string[] = [];
    for (let i = 0; i < 2000; i++) {
      lay(i, { offset: 0, bytes: 1, node: 2 + i % 7, path: `f${i % 7}` });
      if (i % 13 === 0) lines.push(...told(i));
    }
    lines.push(...told());
    const counts = lines.map((line) => Number(/×(\d+)/.exec(line)![1]));
    assert.equal(counts.reduce((sum, count) => sum + count), 2000);
    assert.ok(lines.length < 400);
  }));
