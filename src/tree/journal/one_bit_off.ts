/**
 * Whether a single flipped bit explains a wrong CRC-32.
 *
 * A checksum is linear: what a flipped bit does to it depends on where the bit is, and not on the bytes. So one walk from the
 * end tries all of them.
 *
 * @module
 */

import { crc32 } from "node:zlib";

/** What a byte does to the checksum, reflected polynomial 0xEDB88320 (IEEE 802.3). */
const OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit++) {
    register = (register >>> 1) ^ ((register & 1) * 0xedb88320);
  }
  return register;
});

/** True if `bytes` or `sum` is one bit from what it should be: that the CRC-32 of `bytes` is `sum`. */
export function isOneBitOff(bytes: Uint8Array, sum: number): boolean {
  const difference = (crc32(bytes) ^ sum) >>> 0;
  if (difference === 0) return false;
  if ((difference & (difference - 1)) === 0) return true;
  const effects = Uint32Array.from({ length: 8 }, (_, bit) => OF_BYTE[1 << bit]!);
  for (let at = bytes.length - 1; at >= 0; at--) {
    if (effects.includes(difference)) return true;
    for (let bit = 0; bit < 8; bit++) {
      const effect = effects[bit]!;
      effects[bit] = (effect >>> 8) ^ OF_BYTE[effect & 0xff]!;
    }
  }
  return false;
}
