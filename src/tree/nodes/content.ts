/**
 * Where the bytes of a file are that nobody has changed: in the store, or still in the source.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { SourcePath } from "./source_path.ts";

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
    readonly path: SourcePath,
    readonly size: number,
    /** 512-byte units, as the source's file system counts them. */
    readonly blocks: number,
  ) {}
}
