/**
 * Sorted, disjoint extents of a file: what of it comes from where.
 *
 * A file that a database rewrites, or that is written in any order, has many hundred thousands of them. They are numbers
 * in parallel arrays, because objects would cost ten times the memory, and the arrays are short leaves, because an
 * insertion moves what is behind it in its array.
 *
 * @module
 */

/** Bytes `[offset, offset + length)` of a file are those of `source` from `position` on. */
export type Extent = [offset: number, length: number, source: number, position: number];

const LEAF_EXTENTS = 512;

class Leaf {
  constructor(
    readonly offsets: number[] = [],
    readonly lengths: number[] = [],
    readonly sources: number[] = [],
    readonly positions: number[] = [],
  ) {}

  get size(): number {
    return this.offsets.length;
  }

  get arrays(): readonly number[][] {
    return [this.offsets, this.lengths, this.sources, this.positions];
  }

  end(index: number): number {
    return this.offsets[index]! + this.lengths[index]!;
  }

  /** Index of the first extent that ends after `offset`. */
  find(offset: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.end(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  push(offset: number, length: number, source: number, position: number): void {
    this.offsets.push(offset);
    this.lengths.push(length);
    this.sources.push(source);
    this.positions.push(position);
  }

  splice(at: number, remove: number, ...added: Extent | []): void {
    this.arrays.forEach((array, i) =>
      added.length === 0 ? array.splice(at, remove) : array.splice(at, remove, added[i]!)
    );
  }

  /** Takes the extents from `at` on out, into another leaf. */
  cut(at: number): Leaf {
    return new Leaf(...this.arrays.map((array) => array.splice(at)));
  }
}

/** A place in the list: a leaf and an index in it. The end is the leaf after the last. */
interface Place {
  leaf: number;
  index: number;
}

export class ExtentList {
  readonly #leaves: Leaf[] = [];
  /** Number of extents. */
  size = 0;

  /** @param most extents of a leaf; for tests */
  constructor(readonly most = LEAF_EXTENTS) {}

  /** Where the first extent is that ends after `offset`. */
  #find(offset: number): Place {
    const leaves = this.#leaves;
    let low = 0;
    let high = leaves.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (leaves[middle]!.offsets[0]! <= offset) low = middle + 1;
      else high = middle;
    }
    const leaf = Math.max(0, low - 1);
    const index = leaves[leaf]?.find(offset) ?? 0;
    return index === leaves[leaf]?.size ? { leaf: leaf + 1, index: 0 } : { leaf, index };
  }

  /** Puts an extent in the place of all that was in its range. `skip` gives the position of bytes further on. */
  cover(offset: number, length: number, source: number, position: number, skip: Skip): void {
    const last = this.#leaves.at(-1);
    if (last === undefined || last.end(last.size - 1) <= offset) {
      this.#append(offset, length, source, position);
      return;
    }
    this.#split(offset, skip);
    this.#split(offset + length, skip);
    const place = this.#find(offset);
    const leaf = this.#leaves[place.leaf];
    // Most often one is written over by another of the same size.
    if (leaf?.offsets[place.index] === offset && leaf.lengths[place.index] === length) {
      leaf.sources[place.index] = source;
      leaf.positions[place.index] = position;
      return;
    }
    this.#remove(place, offset + length);
    this.#insert([offset, length, source, position]);
  }

  #append(offset: number, length: number, source: number, position: number): void {
    let last = this.#leaves.at(-1);
    if (last === undefined || last.size >= this.most) this.#leaves.push(last = new Leaf());
    last.push(offset, length, source, position);
    this.size++;
  }

  /** Makes two of the extent that `at` is inside of, if there is one. */
  #split(at: number, skip: Skip): void {
    const { leaf: number, index } = this.#find(at);
    const leaf = this.#leaves[number];
    const offset = leaf?.offsets[index] ?? at;
    if (leaf === undefined || offset >= at) return;
    const end = leaf.end(index);
    const source = leaf.sources[index]!;
    leaf.lengths[index] = at - offset;
    this.#insert([at, end - at, source, skip(source, leaf.positions[index]!, at - offset)]);
  }

  /** Removes the extents from a place on that begin before `end`. */
  #remove({ leaf: number, index }: Place, end: number): void {
    const first = number;
    let emptied = 0;
    let at = index;
    for (; number < this.#leaves.length; number++, at = 0) {
      const leaf = this.#leaves[number]!;
      let stop = leaf.find(end);
      if (stop < leaf.size && leaf.offsets[stop]! < end) stop++;
      if (stop > at) {
        leaf.splice(at, stop - at);
        this.size -= stop - at;
      }
      if (leaf.size === 0) emptied++;
      else if (at < leaf.size) break;
    }
    if (emptied > 0) {
      const from = this.#leaves[first]!.size === 0 ? first : first + 1;
      this.#leaves.splice(from, emptied);
    }
  }

  /** Where no extent is. */
  #insert(extent: Extent): void {
    const place = this.#find(extent[0]);
    // Before the first of a leaf is behind the last of the one before it.
    const isFirst = place.index === 0 && place.leaf > 0;
    const number = isFirst ? place.leaf - 1 : place.leaf;
    let leaf = this.#leaves[number];
    if (leaf === undefined) this.#leaves.push(leaf = new Leaf());
    leaf.splice(isFirst ? leaf.size : place.index, 0, ...extent);
    this.size++;
    if (leaf.size > this.most) this.#leaves.splice(number + 1, 0, leaf.cut(leaf.size >> 1));
  }

  /** Cuts everything at and after `size`. */
  truncate(size: number): void {
    const { leaf: number, index } = this.#find(size);
    const leaf = this.#leaves[number];
    if (leaf === undefined) return;
    const isCut = leaf.offsets[index]! < size;
    if (isCut) leaf.lengths[index] = size - leaf.offsets[index]!;
    leaf.splice(index + (isCut ? 1 : 0), leaf.size);
    this.#leaves.length = leaf.size === 0 ? number : number + 1;
    this.size = this.#leaves.reduce((sum, { size }) => sum + size, 0);
  }

  /** Visits the extents that end after `offset`, in order, until `visit` returns true. */
  visit(
    offset: number,
    visit: (offset: number, length: number, source: number, position: number) => boolean,
  ): void {
    const place = this.#find(offset);
    let { index } = place;
    for (let number = place.leaf; number < this.#leaves.length; number++, index = 0) {
      const { offsets, lengths, sources, positions } = this.#leaves[number]!;
      for (; index < offsets.length; index++) {
        if (visit(offsets[index]!, lengths[index]!, sources[index]!, positions[index]!)) return;
      }
    }
  }

  *[Symbol.iterator](): Generator<Extent> {
    for (const { offsets, lengths, sources, positions } of this.#leaves) {
      for (let i = 0; i < offsets.length; i++) {
        yield [offsets[i]!, lengths[i]!, sources[i]!, positions[i]!];
      }
    }
  }

  /** Offsets, lengths, sources and positions, each in an array of its own. */
  columns(): [Float64Array, Float64Array, Float64Array, Float64Array] {
    const column = (i: number) => {
      const values = new Float64Array(this.size);
      let at = 0;
      for (const leaf of this.#leaves) {
        values.set(leaf.arrays[i]!, at);
        at += leaf.size;
      }
      return values;
    };
    return [column(0), column(1), column(2), column(3)];
  }
}

/** Position of an extent's bytes `skip` bytes further on. */
export type Skip = (source: number, position: number, skip: number) => number;
