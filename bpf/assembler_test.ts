import assert from "node:assert/strict";
import {
  add,
  and32,
  assemble,
  call,
  exit,
  loadMap,
  move,
  skipIfZero,
  store64,
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
