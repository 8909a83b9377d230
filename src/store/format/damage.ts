/**
 * What a check of a store finds.
 *
 * @module
 */

import type { ObjectId } from "./object_id.ts";

/**
 * - `format`: the file `format` is not what it should be
 * - `index_file`: bytes of the index are not what was written, or SQLite cannot read it
 * - `index_mark`: the number of transactions beside the index is damaged; nothing is lost with it
 * - `index_row`: the index says something else of an object than the pack does
 * - `pack_missing`, `pack_short`, `pack_header`: a pack file as a whole
 * - `record`: bytes in a pack that are no whole record
 * - `object`: an object whose bytes do not have its name, or do not decode
 * - `missing_object`: something names an object that the store does not have
 * - `ref`: a branch, commit or operation that contradicts itself or the objects
 * - `tree`: a directory, file or link table whose parts do not fit together
 * - `journal`: bytes of a journal segment that are no whole record and no torn tail
 * - `journal_gap`: a segment that a branch needs is not there
 */
export type DamageCode =
  | "format"
  | "index_file"
  | "index_mark"
  | "index_row"
  | "pack_missing"
  | "pack_short"
  | "pack_header"
  | "record"
  | "object"
  | "missing_object"
  | "ref"
  | "tree"
  | "journal"
  | "journal_gap";

/** One thing that is wrong. Only what is known is there. */
export interface Damage {
  readonly code: DamageCode;
  /** A sentence. */
  readonly message: string;
  readonly id?: ObjectId;
  readonly file?: string;
  /** Where in the file, bytes. */
  readonly offset?: number;
  readonly bytes?: number;
}

/** Findings that are kept whole; beyond that they are only counted. */
const KEPT = 1000;

/** Collects what is found. */
export class Findings {
  readonly damage: Damage[] = [];
  count = 0;
  /** Objects that cannot be read: damaged where they are, or nowhere. */
  readonly lost = new Map<ObjectId, string>();

  add(damage: Damage): void {
    this.count++;
    if (this.damage.length < KEPT) this.damage.push(damage);
  }

  /** True for an object that cannot be read. As a rule there is none, and no id need be looked for. */
  isLost(id: ObjectId): boolean {
    return this.lost.size > 0 && this.lost.has(id);
  }

  /** An object that cannot be read. */
  lose(id: ObjectId, damage: Damage): void {
    if (this.isLost(id)) return;
    this.lost.set(id, damage.message);
    this.add({ ...damage, id });
  }
}
