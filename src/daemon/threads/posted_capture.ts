/**
 * A capture on its way to the thread that stores it, as bytes.
 *
 * A port that gets a message it cannot read is deaf from then on. Bytes can be read whatever they say; what they say
 * is read by the job that it is for, which fails if it cannot be.
 *
 * @module
 */

import { deserialize, serialize } from "node:v8";
import type { Capture } from "../../tree/capture/capture.ts";

/** On the captures port. */
export interface PostedCapture {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Throws if there is not enough memory. */
export function encodeCapture(capture: Capture): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = serialize(capture);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

export function decodeCapture(bytes: Uint8Array): Capture {
  return deserialize(bytes);
}
