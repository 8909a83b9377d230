/**
 * Extended attributes merged name by name.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";

type Xattrs = ReadonlyMap<string, Uint8Array>;

export interface MergedXattrs {
  readonly xattrs: ObjectId | null;
  /** True if both sides changed a name to different values. */
  readonly conflict: boolean;
}

/** @param preferTheirs whose value a name in conflict gets */
export function mergeXattrs(
  store: StoreWriter,
  base: ObjectId | null,
  ours: ObjectId | null,
  theirs: ObjectId | null,
  preferTheirs: boolean,
): MergedXattrs {
  if (ours === theirs || theirs === base) return { xattrs: ours, conflict: false };
  if (ours === base) return { xattrs: theirs, conflict: false };
  const [b, o, t]: Xattrs[] = [base, ours, theirs].map((id) => store.readXattrs(id));
  const merged = new Map<string, Uint8Array>();
  let conflict = false;
  for (const name of new Set([...o!.keys(), ...t!.keys()])) {
    const [before, mine, other] = [b!.get(name), o!.get(name), t!.get(name)];
    const clash = !sameValue(mine, other) && !sameValue(before, mine) && !sameValue(before, other);
    conflict ||= clash;
    const value = clash ? (preferTheirs ? other : mine) : sameValue(before, mine) ? other : mine;
    if (value !== undefined) merged.set(name, value);
  }
  return { xattrs: store.putXattrs(merged), conflict };
}

function sameValue(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
