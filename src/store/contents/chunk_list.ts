/**
 * Chunk lists: the contents of files above {@linkcode CHUNK_BYTES}, and of smaller ones with holes.
 *
 * A list is the file's size and runs of equal chunks, so that holes cost nothing (docs/store-format.md). It has one of two
 * forms: plain where each chunk is either data or a hole, sparse where some are both, or zeros that are data.
 *
 * @module
 */

import { fullMask, NO_BLOCK, word } from "./block_mask.ts";
import { ByteReader } from "../format/byte_reader.ts";
import { ByteWriter } from "../format/byte_writer.ts";
import type { Location } from "../format/location.ts";
import { OBJECT_ID_BYTES, type ObjectId, objectIdFromBytes } from "../format/object_id.ts";

/** Every chunk has this many bytes but the last, which may have fewer. Part of the format. */
export const CHUNK_BYTES = 256 * 1024;

const SIZE_BYTES = 8;
const RUN_BYTES = 4 + OBJECT_ID_BYTES;
const MASK_BYTES = 8;
const RUN_CHUNKS_MAX = 0xffffffff;
/** Last byte of the size in a sparse list. No size needs it. */
const SPARSE = 1;
/** Of a run that was decoded and read: where it starts, and where its chunk is stored. */
const RUN_MEMORY_BYTES = 112;

/** A decoded chunk list. The ids stay binary until they are asked for. */
export class ChunkList {
  readonly #bytes: Uint8Array;
  readonly #runBytes: number;
  /** First chunk of each run, then the number of chunks. */
  readonly #starts: Float64Array;
  /** 1 for each run that is zeros. */
  readonly #zeros: Uint8Array;
  /** Of each run of a sparse list; null in a plain one. */
  readonly #masks: BigUint64Array | null;
  /** Where the chunk of each run is stored, once a reader has found out. */
  readonly locations: (Location | undefined)[] = [];
  /** Bytes of the file that are not in holes, once somebody has counted them. */
  allocated: number | undefined;

  private constructor(
    /** Bytes of the file. */
    readonly size: number,
    bytes: Uint8Array,
    runBytes: number,
    starts: Float64Array,
    zeros: Uint8Array,
    masks: BigUint64Array | null,
  ) {
    this.#bytes = bytes;
    this.#runBytes = runBytes;
    this.#starts = starts;
    this.#zeros = zeros;
    this.#masks = masks;
  }

  /** Throws `damaged_object` unless `bytes` are a chunk list in its canonical form. */
  static decode(bytes: Uint8Array, id?: ObjectId): ChunkList {
    const reader = new ByteReader(bytes, id);
    const sparse = bytes[SIZE_BYTES - 1] === SPARSE;
    const size = sparse ? reader.u32() + (reader.u32() - SPARSE * 2 ** 24) * 2 ** 32 : reader.u64();
    if (size > Number.MAX_SAFE_INTEGER) throw reader.damaged("a size has more than 53 bits");
    if (size <= (sparse ? 0 : CHUNK_BYTES)) {
      throw reader.damaged("a chunk list of a file that needs none");
    }
    const runBytes = RUN_BYTES + (sparse ? MASK_BYTES : 0);
    const runs = (bytes.length - SIZE_BYTES) / runBytes;
    if (!Number.isInteger(runs)) throw reader.damaged("it ends within a run");
    const starts = new Float64Array(runs + 1);
    const zeros = new Uint8Array(runs);
    const masks = sparse ? new BigUint64Array(runs) : null;
    let chunk = 0;
    for (let run = 0; run < runs; run++) {
      starts[run] = chunk;
      const count = reader.u32();
      const at = reader.position;
      reader.skip(OBJECT_ID_BYTES);
      if (masks !== null) masks[run] = BigInt(reader.u32()) | BigInt(reader.u32()) << 32n;
      if (count === 0) throw reader.damaged("an empty run");
      if (run > 0 && starts[run]! - starts[run - 1]! < RUN_CHUNKS_MAX) {
        const same = sameId(bytes, at, at - runBytes) && masks?.[run] === masks?.[run - 1];
        if (same) throw reader.damaged("two runs that should be one");
      }
      zeros[run] = isZeroId(bytes, at) ? 1 : 0;
      chunk += count;
    }
    starts[runs] = chunk;
    if (chunk !== Math.ceil(size / CHUNK_BYTES)) throw reader.damaged("its runs do not add up");
    const list = new ChunkList(size, bytes, runBytes, starts, zeros, masks);
    if (masks !== null) list.#checkMasks(reader, masks);
    return list;
  }

  #checkMasks(reader: ByteReader, masks: BigUint64Array): void {
    let needed = false;
    for (let run = 0; run < this.runs; run++) {
      const mask = masks[run]!;
      const full = fullMask(this.chunkLength(this.start(run + 1) - 1));
      if ((mask & ~full) !== 0n) throw reader.damaged("data where the file has ended");
      if (mask === NO_BLOCK && !this.isZero(run)) throw reader.damaged("a hole with an id");
      needed ||= this.size <= CHUNK_BYTES ? mask !== full : mask !== this.#plainMask(run);
    }
    if (!needed) throw reader.damaged("a sparse list of a file that needs none");
  }

  /** What the mask of `run` would be in a plain list. */
  #plainMask(run: number): bigint {
    return this.isZero(run) ? NO_BLOCK : fullMask(this.chunkLength(this.start(run)));
  }

  get runs(): number {
    return this.#zeros.length;
  }

  /** First chunk of `run`; of the run after the last: the number of chunks. */
  start(run: number): number {
    return this.#starts[run]!;
  }

  /** True if all bytes of `run` are zeros. They may be a hole or not. */
  isZero(run: number): boolean {
    return this.#zeros[run] === 1;
  }

  /** The chunk that `run` repeats, null for zeros. */
  id(run: number): ObjectId | null {
    if (this.#zeros[run]) return null;
    return objectIdFromBytes(this.#bytes, SIZE_BYTES + run * this.#runBytes + 4);
  }

  /** Which blocks of each chunk of `run` have data. */
  mask(run: number): bigint {
    return this.#masks === null ? this.#plainMask(run) : this.#masks[run]!;
  }

  /** True if the chunks of `run` are all data (or, with `hole`, all hole): nothing else need be looked for in them. */
  isOnly(run: number, hole: boolean): boolean {
    if (this.#masks === null) return this.isZero(run) === hole;
    const mask = this.#masks[run]!;
    return hole ? mask === NO_BLOCK : mask === fullMask(this.chunkLength(this.start(run)));
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
    return this.#bytes.length + RUN_MEMORY_BYTES * this.runs;
  }
}

interface Run {
  readonly id: ObjectId | null;
  readonly mask: bigint;
  count: number;
}

/** Makes the bytes of a chunk list: chunks are added in order and equal neighbours become runs. */
export class ChunkListBuilder {
  readonly #size: number;
  readonly #runs: Run[] = [];
  #chunks = 0;
  #sparse: boolean;

  /** @param size bytes of the file */
  constructor(size: number) {
    this.#size = size;
    this.#sparse = size <= CHUNK_BYTES;
  }

  /**
   * Adds `count` chunks `id`, or of zeros.
   *
   * @param mask which of their blocks have data; by default those of an id all, and of zeros none
   */
  add(id: ObjectId | null, count = 1, mask = this.#plainMask(id)): void {
    if (mask !== this.#plainMask(id)) this.#sparse = true;
    this.#chunks += count;
    const last = this.#runs.at(-1);
    let left = count;
    if (last !== undefined && last.id === id && last.mask === mask) {
      const more = Math.min(left, RUN_CHUNKS_MAX - last.count);
      last.count += more;
      left -= more;
    }
    for (; left > 0; left -= RUN_CHUNKS_MAX) {
      this.#runs.push({ id, mask, count: Math.min(left, RUN_CHUNKS_MAX) });
    }
  }

  /** True if only a sparse list can say what was added. */
  get isSparse(): boolean {
    return this.#sparse;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const writer = new ByteWriter(SIZE_BYTES + this.#runs.length * (RUN_BYTES + MASK_BYTES));
    writer.u32(this.#size >>> 0);
    writer.u32(Math.floor(this.#size / 2 ** 32) + (this.#sparse ? SPARSE * 2 ** 24 : 0));
    for (const { id, mask, count } of this.#runs) {
      writer.u32(count);
      if (id === null) writer.raw(ZERO_ID);
      else writer.id(id);
      if (!this.#sparse) continue;
      writer.u32(word(mask, 0));
      writer.u32(word(mask, 1));
    }
    return writer.view();
  }

  #plainMask(id: ObjectId | null): bigint {
    if (id === null) return NO_BLOCK;
    return fullMask(Math.min(CHUNK_BYTES, this.#size - this.#chunks * CHUNK_BYTES));
  }
}

const ZERO_ID = new Uint8Array(OBJECT_ID_BYTES);

function isZeroId(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < OBJECT_ID_BYTES; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

function sameId(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < OBJECT_ID_BYTES; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
