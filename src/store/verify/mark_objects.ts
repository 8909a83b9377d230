/**
 * Marks what is reachable.
 *
 * The set of roots is fixed when it begins. What writers rely on meanwhile (an object they put, or found to be there)
 * is marked when they do: everything else that they name was reachable from the roots.
 *
 * Memory: the table (62 bytes an object) and four bytes for each object that waits to be looked into.
 *
 * @module
 */

import { LIVE, type ObjectTable, USED } from "../index/object_table.ts";
import type { ObjectId } from "../format/object_id.ts";
import { OBJECT_TYPE_CODES, type ObjectSource, objectTypeOf } from "../format/object_type.ts";
import { type Reference, visitReferences } from "../objects/references.ts";
import type { Work } from "../format/sliced.ts";
import { damagedObject, StoreError } from "../format/store_error.ts";

/** Objects that are looked into between two pauses. */
const PAUSE_EVERY = 32;

export class ObjectMarker {
  readonly #source: ObjectSource;
  readonly #table: ObjectTable;
  readonly #isKnownLost: (id: ObjectId) => boolean;
  #waiting = new Uint32Array(1024);
  #count = 0;
  /** Objects that are marked. */
  marked = 0;

  /**
   * @param isKnownLost tells that an object is in quarantine: a blob of which nothing is left needs nothing
   */
  constructor(
    source: ObjectSource,
    table: ObjectTable,
    isKnownLost: (id: ObjectId) => boolean,
  ) {
    this.#source = source;
    this.#table = table;
    this.#isKnownLost = isKnownLost;
  }

  /** A writer relies on the object. What it names is marked by whoever names it. */
  use(id: ObjectId): void {
    const at = this.#table.find(id);
    if (at >= 0) this.#table.marks[at]! |= USED;
  }

  /**
   * Marks what `roots` reach. Throws `missing_object` or `damaged_object` where something cannot be looked into: then
   * nobody knows what else is needed, and nothing may be taken away.
   */
  *mark(roots: Iterable<Reference>): Work<void> {
    for (const { id, type } of roots) this.#reach(id, OBJECT_TYPE_CODES[type]);
    for (let steps = 1; this.#count > 0; steps++) {
      this.#lookInto(this.#waiting[--this.#count]!);
      if (steps % PAUSE_EVERY !== 0) continue;
      yield { phase: "mark", done: this.marked, total: this.#table.count, unit: "objects" };
    }
  }

  #lookInto(at: number): void {
    const id = this.#table.id(at);
    const type = objectTypeOf(this.#table.type(at))!;
    const bytes = this.#source.object(id, type);
    visitReferences(id, type, bytes, (child, type) => this.#reach(child, OBJECT_TYPE_CODES[type]));
  }

  #reach(id: ObjectId, type: number): void {
    const at = this.#table.find(id);
    if (at < 0) {
      if (type === OBJECT_TYPE_CODES.blob && this.#isKnownLost(id)) return;
      throw new StoreError("missing_object", `The store has no object ${id}`, { id });
    }
    if (this.#table.type(at) !== type) throw damagedObject(id, "it is of another type");
    if (!this.#mark(at)) return;
    if (type === OBJECT_TYPE_CODES.blob || type === OBJECT_TYPE_CODES.commit) return;
    if (type === OBJECT_TYPE_CODES.xattrs) return;
    if (this.#count === this.#waiting.length) {
      const larger = new Uint32Array(2 * this.#count);
      larger.set(this.#waiting);
      this.#waiting = larger;
    }
    this.#waiting[this.#count++] = at;
  }

  /** False if it was marked before. */
  #mark(at: number): boolean {
    if ((this.#table.marks[at]! & LIVE) !== 0) return false;
    this.#table.marks[at]! |= LIVE;
    this.marked++;
    return true;
  }
}
