/**
 * Which blocks of a chunk have data: bit i of a mask stands for the chunk's bytes from `i * BLOCK_BYTES` on.
 *
 * @module
 */

/** The unit in which holes are kept, as on ext4. A chunk has 64 of them. Part of the format. */
const BLOCK_BYTES = 4096;

/** The mask of a hole. */
export const NO_BLOCK = 0n;

const EVERY_BLOCK = 2n ** 64n - 1n;

/** The mask of a chunk of `length` bytes that has no hole. */
export function fullMask(length: number): bigint {
  return (1n << BigInt(Math.ceil(length / BLOCK_BYTES))) - 1n;
}

/** The mask of the blocks that `[from, to)` of a chunk touches. */
export function maskOf(from: number, to: number): bigint {
  const first = BigInt(Math.floor(from / BLOCK_BYTES));
  return fullMask(to) & ~((1n << first) - 1n) & EVERY_BLOCK;
}

/** First byte at or after `from` of the chunk that is data (or in a hole), -1 where no block after it is. */
export function nextInMask(mask: bigint, length: number, from: number, hole: boolean): number {
  const wanted = (hole ? ~mask : mask) & maskOf(from, length);
  if (wanted === 0n) return -1;
  return Math.max(from, lowestBit(wanted) * BLOCK_BYTES);
}

/** Bytes of a chunk of `length` bytes that are in blocks with data. */
export function dataBytes(mask: bigint, length: number): number {
  let blocks = 0;
  const inside = mask & fullMask(length);
  for (let half = 0; half < 2; half++) blocks += ones(word(inside, half));
  const blockCount = Math.ceil(length / BLOCK_BYTES);
  const hasLast = (inside >> BigInt(blockCount - 1) & 1n) === 1n;
  return blocks * BLOCK_BYTES - (hasLast ? blockCount * BLOCK_BYTES - length : 0);
}

/** The low (0) or high (1) 32 bits. */
export function word(mask: bigint, half: number): number {
  return Number(mask >> BigInt(32 * half) & 0xffffffffn);
}

function lowestBit(mask: bigint): number {
  const low = word(mask, 0);
  return low !== 0 ? lowest(low) : 32 + lowest(word(mask, 1));
}

function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function ones(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
