/**
 * Reads a captured file as if it were written out: extents over the base over zeros.
 *
 * @module
 */

import type { Store } from "../../store/store.ts";
import { EXTENT_ZERO } from "../../tree/nodes/extent.ts";
import type { CapturedOverlay } from "../../tree/capture/capture.ts";
import { StoredContent } from "../../tree/nodes/content.ts";
import { dataRanges, type HoleBacking } from "../../tree/nodes/holes.ts";
import { Overlay } from "../../tree/nodes/overlay.ts";

/** Reads exactly `length` bytes of a journal segment from `position` into the start of `into`. */
export type ReadSegment = (
  segment: number,
  position: number,
  into: Uint8Array<ArrayBuffer>,
  length: number,
) => void;

/** A range of file bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export class OverlayReader {
  readonly #store: Store;
  readonly #overlay: CapturedOverlay;
  readonly #readSegment: ReadSegment;
  readonly #holes: HoleBacking;
  readonly #content: Overlay;

  constructor(store: Store, overlay: CapturedOverlay, readSegment: ReadSegment) {
    this.#store = store;
    this.#overlay = overlay;
    this.#readSegment = readSegment;
    this.#holes = { store, sourceFiles: null };
    this.#content = asOverlay(overlay);
  }

  /** Fills the first `length` bytes of `into` with the file's bytes from `offset`. */
  read(offset: number, into: Uint8Array<ArrayBuffer>, length: number): void {
    const { offsets, lengths } = this.#overlay;
    const end = offset + length;
    let at = offset;
    for (let i = this.#firstExtent(offset); i < offsets.length && offsets[i]! < end; i++) {
      const start = Math.max(offsets[i]!, offset);
      const stop = Math.min(offsets[i]! + lengths[i]!, end);
      if (stop <= start) continue;
      this.#readBase(at, into, at - offset, start - at);
      this.#readExtent(i, start, into.subarray(start - offset, stop - offset));
      at = stop;
    }
    this.#readBase(at, into, at - offset, end - at);
  }

  /** Bytes of the base that show, from its start. */
  get shown(): number {
    return Math.min(this.#overlay.baseSize, this.#overlay.baseLength);
  }

  /** Where the file of `size` bytes has data, within `[from, to)`. */
  data(size: number, from: number, to: number): ByteRange[] {
    return [...dataRanges(this.#holes, this.#content, size, from, to)];
  }

  /** Where something covers the base. */
  covered(): ByteRange[] {
    const { offsets, lengths } = this.#overlay;
    return Array.from(offsets, (offset, i) => ({ offset, length: lengths[i]! }));
  }

  /** Index of the first extent that ends after `offset`. */
  #firstExtent(offset: number): number {
    const { offsets, lengths } = this.#overlay;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (offsets[middle]! + lengths[middle]! > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #readExtent(index: number, offset: number, into: Uint8Array<ArrayBuffer>): void {
    const { offsets, sources, positions, references } = this.#overlay;
    const source = sources[index]!;
    const position = positions[index]! + (offset - offsets[index]!);
    if (source === EXTENT_ZERO) into.fill(0);
    else if (source >= 0) this.#readSegment(source, position, into, into.length);
    else {
      const reference = references[-2 - source]!;
      this.#readStored(reference, reference.size, position, into);
    }
  }

  #readBase(offset: number, into: Uint8Array<ArrayBuffer>, at: number, length: number): void {
    if (length <= 0) return;
    const { base, baseLength } = this.#overlay;
    const shown = Math.max(0, Math.min(length, this.shown - offset));
    if (shown > 0) this.#readStored(base, baseLength, offset, into.subarray(at, at + shown));
    into.fill(0, at + shown, at + length);
  }

  #readStored(
    content: CapturedOverlay["base"],
    size: number,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
  ): void {
    if (content.content === null) return void into.fill(0);
    let done = 0;
    while (done < into.length) {
      const got = this.#store.readContent(
        content,
        size,
        offset + done,
        into,
        done,
        into.length - done,
      );
      if (got <= 0) break;
      done += got;
    }
    into.fill(0, done);
  }
}

/** The captured overlay as one of a working tree. */
function asOverlay(captured: CapturedOverlay): Overlay {
  const { base, baseLength, baseSize, references } = captured;
  const stored = base.content === null
    ? null
    : new StoredContent(base.content, base.chunked, baseLength);
  const overlay = new Overlay(stored, Math.min(baseSize, baseLength));
  const { offsets, lengths, sources, positions } = captured;
  offsets.forEach((offset, i) => overlay.cover(offset, lengths[i]!, sources[i]!, positions[i]!));
  overlay.references = references.flatMap(({ content, chunked, size }) =>
    content === null ? [] : [new StoredContent(content, chunked, size)]
  );
  return overlay;
}
