/**
 * What is different in two leaf pages, without decoding what is not.
 *
 * @module
 */

import { ByteReader } from "../format/byte_reader.ts";
import type { TreeEntry } from "./entry.ts";
import type { ObjectId } from "../format/object_id.ts";
import { leafOffsets, readEntry } from "./tree_page.ts";

/** Entries of either page, in the order of their names, without those that are the same bytes in both. */
export function differingEntries(
  a: Uint8Array,
  aId: ObjectId,
  b: Uint8Array,
  bId: ObjectId,
): [before: TreeEntry[], after: TreeEntry[]] {
  const before = new Side(a, aId);
  const after = new Side(b, bId);
  while (before.isLeft || after.isLeft) {
    if (before.isLeft && after.isLeft) {
      if (before.isSameAs(after)) {
        before.skip();
        after.skip();
        continue;
      }
      const order = before.compareName(after);
      if (order <= 0) before.take();
      if (order >= 0) after.take();
    } else if (before.isLeft) before.take();
    else after.take();
  }
  return [before.taken, after.taken];
}

/** A page, and how far one has come in it. */
class Side {
  readonly taken: TreeEntry[] = [];
  readonly #reader: ByteReader;
  readonly #offsets: Uint32Array;
  #index = 0;

  constructor(readonly bytes: Uint8Array, id: ObjectId) {
    this.#reader = new ByteReader(bytes, id);
    this.#offsets = leafOffsets(bytes, id);
  }

  get isLeft(): boolean {
    return this.#index < this.#offsets.length;
  }

  get #start(): number {
    return this.#offsets[this.#index]!;
  }

  get #end(): number {
    return this.#offsets[this.#index + 1] ?? this.bytes.length;
  }

  skip(): void {
    this.#index++;
  }

  take(): void {
    this.taken.push(readEntry(this.#reader, this.#start));
    this.#index++;
  }

  isSameAs(other: Side): boolean {
    const start = this.#start;
    const length = this.#end - start;
    const otherStart = other.#start;
    if (other.#end - otherStart !== length) return false;
    for (let i = 0; i < length; i++) {
      if (this.bytes[start + i] !== other.bytes[otherStart + i]) return false;
    }
    return true;
  }

  /** Below 0 if this entry's name comes first, 0 if the two have one name. */
  compareName(other: Side): number {
    other.#reader.seek(other.#start + 1);
    this.#reader.seek(this.#start + 1);
    return this.#reader.compareBinary(other.#reader.binary());
  }
}
