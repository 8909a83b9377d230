/**
 * Types of object, and the two ways object codecs see the store.
 *
 * @module
 */

import type { HashDomain, Hasher } from "./hasher.ts";
import type { ObjectId } from "./object_id.ts";

export type ObjectType = "blob" | HashDomain;

/** Numbers of the types in pack records and in the index. Part of the format. */
export const OBJECT_TYPE_CODES = {
  blob: 1,
  tree: 2,
  chunks: 3,
  links: 4,
  xattrs: 5,
  commit: 6,
} as const satisfies Record<ObjectType, number>;

const BY_CODE = new Map<number, ObjectType>(
  Object.entries(OBJECT_TYPE_CODES).map(([type, code]) => [code, type as ObjectType]),
);

/** The type of that number, or undefined for a number this version does not know. */
export function objectTypeOf(code: number): ObjectType | undefined {
  return BY_CODE.get(code);
}

/** The id of an object of that type. */
export function hashObject(hasher: Hasher, type: ObjectType, bytes: Uint8Array): ObjectId {
  return type === "blob" ? hasher.blob(bytes) : hasher.domain(type, bytes);
}

/** Where codecs take objects from. */
export interface ObjectSource {
  /** Plain bytes of the object, checked; not to be changed. Throws `missing_object`, `damaged_object`. */
  object(id: ObjectId, type: ObjectType): Uint8Array<ArrayBuffer>;
}

/** Where codecs put objects. */
export interface ObjectSink extends ObjectSource {
  /** Stores a copy of `bytes` unless the object is there already. */
  putObject(type: ObjectType, bytes: Uint8Array): ObjectId;
}
