/**
 * From the payload of a pack record to the bytes of the object, and the check that they are its own.
 *
 * @module
 */

import type { Hasher } from "./hasher.ts";
import type { ObjectId } from "./object_id.ts";
import { hashObject, objectTypeOf } from "./object_type.ts";
import { ENCODING_PLAIN, ENCODING_ZSTD } from "./pack_format.ts";
import { damagedObject } from "./store_error.ts";
import { decompressZstd } from "./zstd.ts";

/** What a record header and a row of the index both say of a payload. */
export interface PayloadShape {
  readonly encoding: number;
  /** Bytes of the payload. */
  readonly stored: number;
  /** Bytes of the object. */
  readonly size: number;
}

/** Throws `damaged_object` where the two sizes contradict each other. */
export function checkPayloadSize(id: ObjectId, { encoding, stored, size }: PayloadShape): void {
  if (encoding !== ENCODING_PLAIN || stored === size) return;
  throw damagedObject(id, `it has ${stored} bytes, ${size} were expected`);
}

/** The object's bytes; `payload` itself where it is plain. */
export function decodePayload(
  id: ObjectId,
  { encoding, size }: PayloadShape,
  payload: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (encoding === ENCODING_PLAIN) return payload;
  if (encoding !== ENCODING_ZSTD) throw damagedObject(id, `it has an unknown encoding ${encoding}`);
  let plain: Uint8Array<ArrayBuffer>;
  try {
    plain = decompressZstd(payload, size);
  } catch (cause) {
    throw damagedObject(id, `it does not decompress (${(cause as Error).message})`);
  }
  if (plain.length !== size) {
    throw damagedObject(id, `it has ${plain.length} bytes, ${size} were expected`);
  }
  return plain;
}

/** Throws `damaged_object` unless the bytes have the name `id`. */
export function verifyObject(
  hasher: Hasher,
  id: ObjectId,
  typeCode: number,
  bytes: Uint8Array,
): void {
  const type = objectTypeOf(typeCode);
  if (type === undefined) throw damagedObject(id, `it has an unknown type ${typeCode}`);
  if (hashObject(hasher, type, bytes) !== id) {
    throw damagedObject(id, "its bytes have another hash");
  }
}
