/**
 * Stores the contents of files: blobs, chunk lists and nothing.
 *
 * @module
 */

import { fullMask, maskOf, NO_BLOCK } from "./contents/block_mask.ts";
import {
  type ByteRange,
  type ChunkContent,
  type ChunkEdit,
  editChunks,
} from "./contents/chunk_edit.ts";
import { CHUNK_BYTES } from "./contents/chunk_list.ts";
import type { ContentReader } from "./objects/content_reader.ts";
import type { ContentId } from "./trees/entry.ts";
import { isZero } from "./contents/is_zero.ts";
import type { ObjectWriter } from "./objects/object_writer.ts";

/**
 * Fills the first `length` bytes of `into`, all of them, with the file's bytes from `offset`. It may read from the
 * writer but not put anything. If it throws, so does the method it was given to, and nothing is stored.
 */
export type ReadFile = (offset: number, into: Uint8Array<ArrayBuffer>, length: number) => void;

/** Where a file has data: ranges in order, within `[from, to)`. What is between them is a hole. */
export type DataRanges = (from: number, to: number) => readonly ByteRange[];

const EMPTY: ContentId = { content: null, chunked: false };

export class ContentWriter {
  readonly #writer: ObjectWriter;
  readonly #reader: ContentReader;
  readonly #onSparse: () => void;

  /** `onSparse` is called before a sparse list is put. */
  constructor(writer: ObjectWriter, reader: ContentReader, onSparse: () => void) {
    this.#writer = writer;
    this.#reader = reader;
    this.#onSparse = onSparse;
  }

  /** See {@linkcode StoreWriter.putFile}. */
  putFile(size: number, read: ReadFile, data?: DataRanges): ContentId {
    return this.putChunked(size, null, 0, [{ offset: 0, length: size }], read, data);
  }

  /** See {@linkcode StoreWriter.putChunked}. */
  putChunked(
    size: number,
    base: ContentId | null,
    baseSize: number,
    dirtyRanges: readonly ByteRange[],
    read: ReadFile,
    data?: DataRanges,
  ): ContentId {
    if (size === 0) return EMPTY;
    const whole = { offset: 0, length: size };
    if (size <= CHUNK_BYTES) {
      if (data === undefined || chunkMask(data, 0, size) === fullMask(size)) {
        const content = this.#writer.putFilled(size, (into) => read(0, into, size));
        return { content, chunked: false };
      }
      return this.#putList({ size, base: null, baseSize: 0, dirty: [whole] }, read, data);
    }
    if (base === null || base.chunked) {
      const list = base === null ? null : this.#reader.list(base.content!, 0);
      return this.#putList({ size, base: list, baseSize, dirty: dirtyRanges }, read, data);
    }
    // A base that is one blob is a chunk at most: it is read again.
    const dirty = [...dirtyRanges, { offset: 0, length: baseSize }];
    return this.#putList({ size, base: null, baseSize, dirty }, read, data);
  }

  #putList(edit: ChunkEdit, read: ReadFile, data: DataRanges | undefined): ContentId {
    const list = editChunks(edit, (chunk) => this.#putChunk(chunk, edit.size, read, data));
    if (list.isSparse) this.#onSparse();
    return { content: this.#writer.putObject("chunks", list.finish()), chunked: true };
  }

  #putChunk(
    chunk: number,
    size: number,
    read: ReadFile,
    data: DataRanges | undefined,
  ): ChunkContent {
    const offset = chunk * CHUNK_BYTES;
    const length = Math.min(CHUNK_BYTES, size - offset);
    const mask = data === undefined ? undefined : chunkMask(data, offset, length);
    if (mask === NO_BLOCK) return { id: null, mask };
    const id = this.#writer.putFilled(length, (into) => read(offset, into, length), isZero);
    return { id, mask };
  }
}

/** Which blocks of the `length` bytes at `offset` have data. */
function chunkMask(data: DataRanges, offset: number, length: number): bigint {
  let mask = NO_BLOCK;
  for (const range of data(offset, offset + length)) {
    mask |= maskOf(range.offset - offset, range.offset + range.length - offset);
  }
  return mask;
}
