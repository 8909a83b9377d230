/**
 * Which of several owners needs each object: what would be freed if one of them went, and what nobody needs.
 *
 * Each object is looked into twice at most: when its first owner reaches it, and when the second does.
 *
 * @module
 */

import type { ObjectId } from "../format/object_id.ts";
import type { ObjectTable } from "../index/object_table.ts";
import type { ObjectSource, ObjectType } from "../format/object_type.ts";
import { RECORD_HEADER_BYTES } from "../format/pack_format.ts";
import { type Reference, visitReferences } from "../objects/references.ts";
import type { Work } from "../format/sliced.ts";

/** Owner of an object that nobody needs, and of one that several do; the others count from 1. */
export const NOBODY = 0;
const SEVERAL = 0xffffffff;

/** Objects that are looked into between two pauses. */
const PAUSE_EVERY = 32;

const LEAVES: ReadonlySet<ObjectType> = new Set(["blob", "commit", "xattrs"]);

/**
 * The owner of each object of the table, by its place there.
 *
 * @param owners what each needs. Objects that are missing or cannot be read are passed over
 */
export function* attributeObjects(
  source: ObjectSource,
  table: ObjectTable,
  owners: readonly (readonly Reference[])[],
): Work<Uint32Array> {
  const ownerOf = new Uint32Array(table.count);
  let attributed = 0;
  let steps = 0;
  for (const [i, roots] of owners.entries()) {
    const waiting: Reference[] = [...roots];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const at = table.find(next.id);
      if (at < 0 || ownerOf[at] === SEVERAL || ownerOf[at] === i + 1) continue;
      if (ownerOf[at] === NOBODY) attributed++;
      ownerOf[at] = ownerOf[at] === NOBODY ? i + 1 : SEVERAL;
      if (LEAVES.has(next.type)) continue;
      visit(source, next, (id, type) => waiting.push({ id, type }));
      if (++steps % PAUSE_EVERY !== 0) continue;
      yield { phase: "objects", done: attributed, total: table.count, unit: "objects" };
    }
  }
  return ownerOf;
}

function visit(
  source: ObjectSource,
  { id, type }: Reference,
  child: (id: ObjectId, type: ObjectType) => void,
): void {
  try {
    visitReferences(id, type, source.object(id, type), child);
  } catch {
    // Whoever checks the store tells; here it only is not counted.
  }
}

/** Bytes of the records by owner: index 0 is what nobody needs, 1 to `owners` theirs alone, the last what several need. */
export function bytesByOwner(
  table: ObjectTable,
  ownerOf: Uint32Array,
  owners: number,
): Float64Array {
  const bytes = new Float64Array(owners + 2);
  for (let at = 0; at < table.count; at++) {
    const owner = ownerOf[at]!;
    bytes[owner === SEVERAL ? owners + 1 : owner]! += RECORD_HEADER_BYTES + table.stored(at);
  }
  return bytes;
}
