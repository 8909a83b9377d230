import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { isOneBitOff } from "./one_bit_off.ts";

const BYTES = crypto.getRandomValues(new Uint8Array(300));
const SUM = crc32(BYTES);

function flipped(...bits: number[]): Uint8Array {
  const bytes = BYTES.slice();
  for (const bit of bits) bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes;
}

Deno.test("each flipped bit is one bit, of the bytes or of their checksum", () => {
  for (let bit = 0; bit < 8 * BYTES.length; bit++) {
    assert.ok(isOneBitOff(flipped(bit), SUM), `${bit}`);
  }
  for (let bit = 0; bit < 32; bit++) assert.ok(isOneBitOff(BYTES, (SUM ^ (1 << bit)) >>> 0));
});

Deno.test("nothing, several bits and an end that is not there are not one bit", () => {
  assert.equal(isOneBitOff(BYTES, SUM), false);
  for (let bit = 1; bit < 8 * BYTES.length; bit += 7) {
    assert.equal(isOneBitOff(flipped(0, bit), SUM), false);
  }
  const torn = BYTES.slice();
  torn.fill(0, 250);
  assert.equal(isOneBitOff(torn, SUM), false);
});
