import assert from "node:assert/strict";
import {
  add,
  and32,
  assemble,
  atomicAdd64,
  call,
  compute,
  exit,
  jump,
  jumpIf,
  label,
  load,
  loadMap,
  loadMapValue,
  move,
  skipIfZero,
  store,
  store64,
  storeValue,
} from "./assembler.ts";

function hex(bytes: Uint8Array): string[] {
  return Array.from(
    { length: bytes.length / 8 },
    (_, i) => bytes.subarray(8 * i, 8 * i + 8).toHex(),
  );
}

// The expected bytes are those that `llvm-mc -triple bpfel --show-encoding` prints.
Deno.test("instructions are encoded as RFC 9669 has them", () => {
  const bytes = assemble([
    move(2, 10),
    add(2, -4),
    and32(1, 0xffff),
    ...loadMap(1, 5),
    call(1),
    skipIfZero(0, 2),
    store64(0, 8, 7),
    exit(),
  ]);
  assert.deepEqual(hex(bytes), [
    "bfa2000000000000",
    "07020000fcffffff",
    "54010000ffff0000",
    "1811000005000000",
    "0000000000000000",
    "8500000001000000",
    "1500020000000000",
    "7b70080000000000",
    "9500000000000000",
  ]);
});

Deno.test("loads, stores, arithmetic and comparisons are encoded as RFC 9669 has them", () => {
  const bytes = assemble([
    load(8, 1, 6, 8),
    load(1, 3, 2, -1),
    store(2, 7, 72, 8),
    storeValue(4, 10, -4, 3),
    atomicAdd64(1, 0, 2),
    compute("add", 1, { register: 8 }),
    compute("shr", 0, 32),
    ...loadMapValue(2, 9, 16),
    exit(),
  ]);
  assert.deepEqual(hex(bytes), [
    "7961080000000000",
    "7123ffff00000000",
    "6b87480000000000",
    "620afcff03000000",
    "db21000000000000",
    "0f81000000000000",
    "7700000020000000",
    "1822000009000000",
    "0000000010000000",
    "9500000000000000",
  ]);
});

Deno.test("jumps go to their labels, forwards and back", () => {
  const bytes = assemble([
    label("again"),
    compute("add", 1, 1),
    jumpIf(1, "==", { register: 2 }, "out"),
    jumpIf(1, "<", 7, "again"),
    jump("out"),
    compute("sub", 1, 1),
    label("out"),
    exit(),
  ]);
  assert.deepEqual(hex(bytes), [
    "0701000001000000",
    "1d21030000000000",
    "a501fdff07000000",
    "0500010000000000",
    "1701000001000000",
    "9500000000000000",
  ]);
  assert.throws(() => assemble([jump("nowhere")]), /no label nowhere/);
  assert.throws(() => assemble([label("a"), label("a")]), /there twice/);
});
