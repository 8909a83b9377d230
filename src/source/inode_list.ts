/**
 * The inode numbers of an import, in 8 bytes each, to find those that came up twice.
 *
 * A file that is moved while the import runs can be met at its old and at its new path. The snapshot then
 * has two files, and two files never share a number.
 *
 * @module
 */

export class InodeList {
  #numbers = new Float64Array(1024);
  #length = 0;

  add(ino: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = ino;
  }

  /** Numbers that were added more than once. */
  duplicates(): Set<number> {
    const sorted = this.#numbers.subarray(0, this.#length).sort();
    const found = new Set<number>();
    for (let i = 1; i < sorted.length; i++) {
      if (sorted[i] === sorted[i - 1]) found.add(sorted[i]!);
    }
    return found;
  }
}
