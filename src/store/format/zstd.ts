/**
 * One zstd frame to its bytes: by what the runtime has built in, else in JavaScript, a tenth as fast.
 *
 * @module
 */

import { zstdDecompressSync } from "node:zlib";
import { Decompress } from "fzstd";

/** A frame of no bytes. */
const EMPTY = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0]);

let isBuiltIn: boolean | undefined;

/** True if the runtime has it; some have the function alone. */
export function hasBuiltInZstd(): boolean {
  return isBuiltIn ??= canDecompress();
}

function canDecompress(): boolean {
  try {
    return zstdDecompressSync(EMPTY).length === 0;
  } catch {
    return false;
  }
}

/** Throws where it is damaged, or has more than `most` bytes. Of one that is cut perhaps what there is. */
export function decompressZstd(
  frame: Uint8Array<ArrayBuffer>,
  most: number,
): Uint8Array<ArrayBuffer> {
  if (!hasBuiltInZstd()) return decompressInJavaScript(frame, most);
  const plain = zstdDecompressSync(frame, { maxOutputLength: Math.max(1, most) });
  return new Uint8Array(plain.buffer as ArrayBuffer, plain.byteOffset, plain.length);
}

/** As {@linkcode decompressZstd}, whatever the runtime has. */
export function decompressInJavaScript(
  frame: Uint8Array<ArrayBuffer>,
  most: number,
): Uint8Array<ArrayBuffer> {
  const plain = new Uint8Array(most);
  let length = 0;
  const stream = new Decompress((piece) => {
    if (length + piece.length > most) throw new Error(`it has more than ${most} bytes`);
    plain.set(piece, length);
    length += piece.length;
  });
  stream.push(frame, true);
  return plain.subarray(0, length);
}
