/**
 * OBJECT_ATTRIBUTES: what calls of the kernel are about, by name.
 *
 * @module
 */

import { wideString } from "./wide_string.ts";

const SIZE_OF = 48;
const ROOT = 8;
const NAME = 16;
const ATTRIBUTES = 24;
const CASE_INSENSITIVE = 0x40;

/** Kept until the call has ended: the parts have pointers to each other. */
export interface NtObject {
  readonly attributes: DataView<ArrayBuffer>;
  readonly unicode: DataView<ArrayBuffer>;
  readonly name: Uint16Array<ArrayBuffer>;
}

/** By its path, or by what it is called in the directory that `root` is a handle of: nothing more for what `root` itself is. */
export function ntObject(path: string, root = 0): NtObject {
  const name = wideString(path);
  const unicode = new DataView(new ArrayBuffer(16));
  unicode.setUint16(0, name.byteLength - 2, true);
  unicode.setUint16(2, name.byteLength, true);
  unicode.setBigUint64(8, addressOf(name), true);
  const attributes = new DataView(new ArrayBuffer(SIZE_OF));
  attributes.setUint32(0, SIZE_OF, true);
  attributes.setBigUint64(ROOT, BigInt(root), true);
  attributes.setBigUint64(NAME, addressOf(unicode), true);
  attributes.setUint32(ATTRIBUTES, CASE_INSENSITIVE, true);
  return { attributes, unicode, name };
}

export function ntObjectBytes({ attributes }: NtObject): Uint8Array<ArrayBuffer> {
  return new Uint8Array(attributes.buffer);
}

function addressOf(view: Uint16Array<ArrayBuffer> | DataView<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(view));
}
