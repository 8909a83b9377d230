/**
 * Tells cheaply that an object is not in the store.
 *
 * A search in the index costs some microseconds, and in a first import nearly every search finds nothing.
 * This is the set of the first 64 bits of all ids: what it does not have the store does not have.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../format/object_id.ts";
import { prepared } from "./prepared.ts";

/** Hex digits of an id that are looked at. */
const DIGITS = 16;

export class KnownIds {
  /** Open addressing, two words a slot; a slot of zeros is free. */
  #slots = new Uint32Array(2 * 4096);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Of memory. They double when half of it is full. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Reads the ids of all objects in the index. */
  static load(database: DatabaseSync): KnownIds {
    const ids = new KnownIds();
    // One long string per sixteenth of the ids: much cheaper than a row each.
    const part = prepared(
      database,
      "SELECT group_concat(hex(substr(id, 1, 8)), '') AS digits FROM objects WHERE id >= ? AND id < ?",
    );
    for (let first = 0; first < 0x100; first += 0x10) {
      // A blob longer than an id is above every id that begins with its bytes.
      const end = new Uint8Array(64).fill(0xff);
      end[0] = first | 0xf;
      const digits = part.get(new Uint8Array([first]), end)!.digits as string | null;
      for (let i = 0; i < (digits?.length ?? 0); i += DIGITS) ids.add(digits!.slice(i, i + DIGITS));
    }
    return ids;
  }

  /** @param id an id, or its first 16 hex digits */
  add(id: string): void {
    if (4 * this.#count >= this.#slots.length) this.#grow();
    const [high, low] = words(id);
    if (this.#insert(high, low)) this.#count++;
  }

  /** False means that no object has this id. */
  mayHave(id: ObjectId): boolean {
    const [high, low] = words(id);
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    for (let slot = low & mask;; slot = (slot + 1) & mask) {
      const found = slots[2 * slot];
      if (found === high && slots[2 * slot + 1] === low) return true;
      if (found === 0 && slots[2 * slot + 1] === 0) return false;
    }
  }

  #insert(high: number, low: number): boolean {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    for (let slot = low & mask;; slot = (slot + 1) & mask) {
      const found = slots[2 * slot];
      if (found === high && slots[2 * slot + 1] === low) return false;
      if (found === 0 && slots[2 * slot + 1] === 0) {
        slots[2 * slot] = high;
        slots[2 * slot + 1] = low;
        return true;
      }
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] !== 0 || old[i + 1] !== 0) this.#insert(old[i]!, old[i + 1]!);
    }
  }
}

function words(id: string): [high: number, low: number] {
  // An id of 64 zero bits would look like a free slot: it shares a slot with its neighbour.
  return [parseInt(id.slice(0, 8), 16), parseInt(id.slice(8, DIGITS), 16) || 1];
}
