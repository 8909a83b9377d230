/**
 * Tells whether all bytes are zero.
 *
 * @module
 */

import { Buffer } from "node:buffer";

const zeros = new Uint8Array(256 * 1024);

/** @param bytes up to 256 KiB */
export function isZero(bytes: Uint8Array): boolean {
  // Nearly every chunk is told by its first bytes.
  for (let i = 0; i < bytes.length && i < 16; i++) if (bytes[i] !== 0) return false;
  return Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0;
}
