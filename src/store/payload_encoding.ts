/**
 * Decides how an object is stored.
 *
 * @module
 */

import type { ObjectType } from "./object_type.ts";
import { ENCODING_PLAIN } from "./pack_format.ts";

export interface EncodedPayload {
  readonly encoding: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** The payload for an object. */
export function encodePayload(_type: ObjectType, bytes: Uint8Array): EncodedPayload {
  return { encoding: ENCODING_PLAIN, payload: bytes as Uint8Array<ArrayBuffer> };
}
