/**
 * The bytes of an extended attributes object: names and values, sorted by name bytes.
 *
 * @module
 */

import { ByteReader } from "../format/byte_reader.ts";
import { ByteWriter } from "../format/byte_writer.ts";
import type { ObjectId } from "../format/object_id.ts";
import { StoreError } from "../format/store_error.ts";

/** @param map binary string names → values; at least one */
export function encodeXattrs(map: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(256);
  for (const [name, value] of [...map].sort((a, b) => a[0] < b[0] ? -1 : 1)) {
    if (!isXattrName(name)) {
      throw new StoreError(
        "invalid_entry",
        `Cannot store ${JSON.stringify(name)} as the name of an extended attribute`,
      );
    }
    writer.binary(name);
    writer.varint(value.length);
    writer.raw(value);
  }
  return writer.view();
}

export function decodeXattrs(
  bytes: Uint8Array,
  id: ObjectId,
): Map<string, Uint8Array<ArrayBuffer>> {
  const reader = new ByteReader(bytes, id);
  const map = new Map<string, Uint8Array<ArrayBuffer>>();
  let previous = "";
  do {
    const name = reader.binary();
    if (!isXattrName(name)) throw reader.damaged("an attribute has an impossible name");
    if (name <= previous) throw reader.damaged("its attributes are not sorted");
    previous = name;
    map.set(name, reader.raw(reader.varint()));
  } while (!reader.atEnd);
  return map;
}

function isXattrName(name: string): boolean {
  if (name === "") return false;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit === 0 || unit > 0xff) return false;
  }
  return true;
}
