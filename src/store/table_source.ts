/**
 * Objects for who walks a whole store: read from where a table says they are.
 *
 * @module
 */

import type { ObjectId } from "./format/object_id.ts";
import type { ObjectTable } from "./index/object_table.ts";
import { OBJECT_TYPE_CODES, type ObjectSource, type ObjectType } from "./format/object_type.ts";
import type { Store } from "./store.ts";
import { damagedObject } from "./format/store_error.ts";

/** What the table does not have, because it was committed later, is looked for in the index. */
export class TableSource implements ObjectSource {
  constructor(readonly store: Store, readonly table: ObjectTable) {}

  object(id: ObjectId, type: ObjectType): Uint8Array<ArrayBuffer> {
    const at = this.table.find(id);
    if (at < 0) return this.store.object(id, type);
    if (this.table.type(at) !== OBJECT_TYPE_CODES[type]) {
      throw damagedObject(id, `it is no ${type}`);
    }
    return this.store.objectAt(id, this.table.location(at));
  }
}
