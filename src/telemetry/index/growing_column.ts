/**
 * Numbers of which more come, in an array that is made larger: they are written as they lie.
 *
 * @module
 */

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

const FIRST_ROOM = 1024;

export class GrowingColumn<Column extends Numbers> {
  #room: Column;
  #length = 0;

  constructor(readonly kind: new (length: number) => Column) {
    this.#room = new kind(FIRST_ROOM);
  }

  get length(): number {
    return this.#length;
  }

  at(place: number): number {
    return this.#room[place]!;
  }

  /** Returns its place. */
  push(value: number): number {
    if (this.#length === this.#room.length) {
      const room = new this.kind(2 * this.#length);
      room.set(this.#room);
      this.#room = room;
    }
    this.#room[this.#length] = value;
    return this.#length++;
  }

  /** All there are, until another one comes. */
  get values(): Column {
    return this.#room.subarray(0, this.#length) as Column;
  }
}
