/**
 * Where the bytes of a file are. A file is empty (null), stored, still in the source, or an overlay:
 * a base covered by extents that point into the journal.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { Overlay } from "./overlay.ts";

/** Bytes in the store. */
export class StoredContent {
  constructor(
    readonly content: ObjectId,
    readonly chunked: boolean,
    /** Bytes. */
    readonly size: number,
  ) {}
}

/** Bytes in the source directory, not imported yet. */
export class SourceContent {
  constructor(
    /** Relative to the source, binary string. */
    readonly path: string,
    readonly size: number,
    /** 512-byte units, as the source's file system counts them. */
    readonly blocks: number,
  ) {}
}

export type Content = null | StoredContent | SourceContent | Overlay;
