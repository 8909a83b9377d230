/**
 * The name of an object in the store: 64 lowercase hexadecimal digits, a BLAKE3-256 hash.
 *
 * @module
 */

declare const brand: unique symbol;

/** 64 lowercase hex digits. Only {@linkcode parseObjectId} and the hasher make one. */
export type ObjectId = string & { readonly [brand]: "ObjectId" };

/** Length of an {@linkcode ObjectId} in bytes when stored as binary. */
export const OBJECT_ID_BYTES = 32;

const PATTERN = /^[0-9a-f]{64}$/;

/** Parses 64 hex digits, in either case. Returns `null` for anything else. */
export function parseObjectId(text: string): ObjectId | null {
  const lower = text.toLowerCase();
  return PATTERN.test(lower) ? lower as ObjectId : null;
}

/** Reads the 32 bytes at `offset` as an id. */
export function objectIdFromBytes(bytes: Uint8Array, offset = 0): ObjectId {
  return bytes.subarray(offset, offset + OBJECT_ID_BYTES).toHex() as ObjectId;
}

/** Writes the id's 32 bytes into `target` at `offset`. */
export function writeObjectId(id: ObjectId, target: Uint8Array, offset = 0): void {
  for (let i = 0; i < OBJECT_ID_BYTES; i++) {
    target[offset + i] = (nibble(id.charCodeAt(2 * i)) << 4) | nibble(id.charCodeAt(2 * i + 1));
  }
}

/** The id's 32 bytes in a new array. */
export function objectIdBytes(id: ObjectId): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(OBJECT_ID_BYTES);
  writeObjectId(id, bytes);
  return bytes;
}

/** "0".."9" are 48..57, "a".."f" are 97..102: the low nibble plus 9 for letters. */
function nibble(code: number): number {
  return (code & 0xf) + (code >> 6) * 9;
}
