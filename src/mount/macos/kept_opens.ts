/**
 * What is open, in memory that outlives the server: a file that has no name is there for whoever has it open, whichever
 * server answers.
 *
 * Places with two numbers each, the handle and the node id as macOS has it; a handle of 0 is a place that is free. Before
 * them is which request opened something last, and in which place: it may be asked again, if its answer was not sent.
 *
 * @module
 */

import { type Mapping, MAPPING_ALIGNMENT } from "../../host/mapping.ts";
import { sharedFile } from "./shared_file.ts";

/** Low and high half of the last request's id, and its place. */
const Last = { LOW: 0, HIGH: 1, PLACE: 2 } as const;
/** In numbers of 8 bytes. */
const HEADER = 2;
const FIELDS = 2;

export type RequestNumber = readonly [low: number, high: number];

export class KeptOpens {
  #mapping: Mapping | null = null;
  #places = new Float64Array();
  #last = new Uint32Array(4);
  readonly #free: number[] = [];
  /** False from when the disk had no room for more. */
  #isKept = true;

  /** @param path of the file that holds them: what another server left, or nothing */
  constructor(readonly path: string) {
    this.#grow(MAPPING_ALIGNMENT);
  }

  /** Those of a server before: place, handle and node id. */
  *entries(): Generator<[place: number, handle: number, node: number]> {
    const places = this.#places;
    for (let at = 0; at + 1 < places.length; at += FIELDS) {
      if (places[at]! > 0) yield [at, places[at]!, places[at + 1]!];
    }
  }

  /** The request that opened something last. */
  get last(): { readonly request: RequestNumber; readonly place: number } {
    const last = this.#last;
    return { request: [last[Last.LOW]!, last[Last.HIGH]!], place: last[Last.PLACE]! };
  }

  /** Returns the place; null if the disk has no room for it: the next server does not know of it then. */
  put([low, high]: RequestNumber, handle: number, node: number): number | null {
    if (this.#free.length === 0) this.#grow(2 * (this.#mapping?.bytes.length ?? 0));
    const place = this.#free.pop();
    if (place === undefined) return null;
    const last = this.#last;
    last[Last.PLACE] = place;
    last[Last.LOW] = low;
    last[Last.HIGH] = high;
    this.#places[place + 1] = node;
    // With it the place counts.
    this.#places[place] = handle;
    return place;
  }

  remove(place: number): void {
    this.#places[place] = 0;
    this.#free.push(place);
  }

  /** To `bytes`, or what a server before has made of it. */
  #grow(bytes: number): void {
    if (!this.#isKept) return;
    let mapping: Mapping;
    try {
      mapping = sharedFile(this.path, bytes);
    } catch (error) {
      this.#isKept = false;
      console.error(`What is open is not kept: ${(error as Error).message}`);
      return;
    }
    this.#mapping?.unmap();
    this.#mapping = mapping;
    const { buffer, byteOffset, length: size } = mapping.bytes;
    this.#last = new Uint32Array(buffer, byteOffset, 4);
    const known = this.#places.length;
    this.#places = new Float64Array(buffer, byteOffset + 8 * HEADER, size / 8 - HEADER);
    for (let at = this.#places.length - FIELDS; at >= known; at -= FIELDS) {
      if (this.#places[at] === 0) this.#free.push(at);
    }
  }
}
