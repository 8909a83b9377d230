/**
 * Chunk lists: the contents of files above {@linkcode CHUNK_BYTES}.
 *
 * A list is the file's size and runs of equal chunks, so that holes cost nothing (docs/store-format.md).
 *
 * @module
 */

import { ByteReader } from "../format/byte_reader.ts";
import { ByteWriter } from "../format/byte_writer.ts";
import type { Location } from "../format/location.ts";
import { OBJECT_ID_BYTES, type ObjectId, objectIdFromBytes } from "../format/object_id.ts";

/** Every chunk has this many bytes but the last, which may have fewer. Part of the format. */
export const CHUNK_BYTES = 256 * 1024;

const SIZE_BYTES = 8;
const RUN_BYTES = 4 + OBJECT_ID_BYTES;
const RUN_CHUNKS_MAX = 0xffffffff;

/** A decoded chunk list. The ids stay binary until they are asked for. */
export class ChunkList {
  readonly #bytes: Uint8Array;
  /** First chunk of each run, then the number of chunks. */
  readonly #starts: Float64Array;
  /** 1 for each run that is a hole. */
  readonly #holes: Uint8Array;
  /** Where the chunk of each run is stored, once a reader has found out. */
  readonly locations: (Location | undefined)[] = [];

  private constructor(
    /** Bytes of the file. */
    readonly size: number,
    bytes: Uint8Array,
    starts: Float64Array,
    holes: Uint8Array,
  ) {
    this.#bytes = bytes;
    this.#starts = starts;
    this.#holes = holes;
  }

  /** Throws `damaged_object` unless `bytes` are a chunk list in its canonical form. */
  static decode(bytes: Uint8Array, id?: ObjectId): ChunkList {
    const reader = new ByteReader(bytes, id);
    const size = reader.u64();
    if (size <= CHUNK_BYTES) throw reader.damaged("a chunk list of a file that needs none");
    const runs = (bytes.length - SIZE_BYTES) / RUN_BYTES;
    if (!Number.isInteger(runs)) throw reader.damaged("it ends within a run");
    const starts = new Float64Array(runs + 1);
    const holes = new Uint8Array(runs);
    let chunk = 0;
    for (let run = 0; run < runs; run++) {
      starts[run] = chunk;
      const count = reader.u32();
      const at = reader.position;
      reader.skip(OBJECT_ID_BYTES);
      if (count === 0) throw reader.damaged("an empty run");
      if (run > 0 && starts[run]! - starts[run - 1]! < RUN_CHUNKS_MAX) {
        if (sameId(bytes, at, at - RUN_BYTES)) throw reader.damaged("two runs that should be one");
      }
      holes[run] = isZeroId(bytes, at) ? 1 : 0;
      chunk += count;
    }
    starts[runs] = chunk;
    if (chunk !== Math.ceil(size / CHUNK_BYTES)) throw reader.damaged("its runs do not add up");
    return new ChunkList(size, bytes, starts, holes);
  }

  get runs(): number {
    return this.#holes.length;
  }

  /** First chunk of `run`; of the run after the last: the number of chunks. */
  start(run: number): number {
    return this.#starts[run]!;
  }

  isHole(run: number): boolean {
    return this.#holes[run] === 1;
  }

  /** The chunk that `run` repeats, null for a hole. */
  id(run: number): ObjectId | null {
    if (this.#holes[run]) return null;
    return objectIdFromBytes(this.#bytes, SIZE_BYTES + run * RUN_BYTES + 4);
  }

  /** The run that `chunk` is in. */
  runOf(chunk: number): number {
    const starts = this.#starts;
    if (starts[chunk] === chunk && chunk < this.runs) return chunk;
    let low = 0;
    let high = this.runs - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle]! <= chunk) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Bytes of chunk number `chunk`. */
  chunkLength(chunk: number): number {
    return Math.min(CHUNK_BYTES, this.size - chunk * CHUNK_BYTES);
  }

  /** What the decoded list keeps in memory, roughly. */
  get weight(): number {
    return this.#bytes.length + 32 * this.runs + 256;
  }
}

/** Makes the bytes of a chunk list: chunks are added in order and equal neighbours become runs. */
export class ChunkListBuilder {
  readonly #writer = new ByteWriter(1024);
  #id: ObjectId | null = null;
  #count = 0;

  /** @param size bytes of the file */
  constructor(size: number) {
    this.#writer.u64(size);
  }

  /** Adds `count` chunks `id`, or holes. */
  add(id: ObjectId | null, count = 1): void {
    if (id !== this.#id) this.#endRun();
    this.#id = id;
    this.#count += count;
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#endRun();
    return this.#writer.view();
  }

  #endRun(): void {
    while (this.#count > 0) {
      const count = Math.min(this.#count, RUN_CHUNKS_MAX);
      this.#writer.u32(count);
      if (this.#id === null) this.#writer.raw(HOLE_ID);
      else this.#writer.id(this.#id);
      this.#count -= count;
    }
  }
}

const HOLE_ID = new Uint8Array(OBJECT_ID_BYTES);

function isZeroId(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < OBJECT_ID_BYTES; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

function sameId(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < OBJECT_ID_BYTES; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
