/**
 * What the working tree reads from: the store and, while it is not imported yet, the source directory.
 *
 * @module
 */

import type { ContentId, InodeRecord, TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { SourcePath } from "./source_path.ts";

/** The read side of the store. All calls throw when an object is missing or damaged. */
export interface TreeStore {
  readTree(id: ObjectId | null): TreeEntry[];
  readLink(links: ObjectId | null, ino: number): InodeRecord | null;
  readXattrs(id: ObjectId | null): Map<string, Uint8Array<ArrayBuffer>>;
  /** Returns the number of bytes read; short only at the end. */
  readContent(
    content: ContentId,
    size: number,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): number;
  /** Bytes not in holes. */
  allocatedBytes(content: ContentId, size: number): number;
  nextData(content: ContentId, size: number, offset: number): number;
  nextHole(content: ContentId, size: number, offset: number): number;
}

/** A name in a source directory. */
export interface SourceListing {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly ino: number;
  readonly size: number;
  /** 512-byte units. */
  readonly blocks: number;
  readonly nlink: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  /** Why it is left out (a socket); it is then not part of the tree. */
  readonly skipped?: string | undefined;
}

/** The source directory. Failures are those of `host/failure.ts`. */
export interface TreeSource {
  list(path: SourcePath): SourceListing[] | number;
  openFile(path: SourcePath): number;
  readLink(path: SourcePath): string | number;
  xattrs(path: SourcePath, mode: number): Map<string, Uint8Array<ArrayBuffer>> | null;
}
