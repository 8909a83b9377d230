/**
 * What an import has done so far, and what it had to leave out.
 *
 * @module
 */

import type { TreeEntry } from "../store/trees/entry.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";

export interface ImportProgress {
  /** Names of everything that is not a directory. */
  readonly files: number;
  readonly directories: number;
  /** Bytes of the files, those that were known from an earlier import included. */
  readonly bytes: number;
}

export interface SkippedPath {
  /** Binary string, relative to the root. */
  readonly path: string;
  readonly reason: string;
}

/** What an object costs on disk and in memory besides its bytes, roughly. */
const OBJECT_OVERHEAD = 200;

export class ImportReport {
  readonly #skipped: SkippedPath[] = [];
  #firstWithStreams: SourcePath | null = null;
  #withStreams = 0;
  #files = 0;
  #directories = 0;
  #bytes = 0;
  /** Of a file that is being stored. */
  #partial = 0;
  #uncommitted = 0;

  /** Bytes put in the store since the last commit, roughly. */
  get uncommitted(): number {
    return this.#uncommitted;
  }

  committed(): void {
    this.#uncommitted = 0;
  }

  /** Reports a path that is left out or not taken over in full. Null is what there is of it. */
  skip(path: SourcePath, reason: string): null {
    this.#skipped.push({ path: path.toString(), reason });
    return null;
  }

  /** A file has streams: they are told of together, since whatever was downloaded has one. */
  hasStreams(path: SourcePath): void {
    this.#firstWithStreams ??= path;
    this.#withStreams++;
  }

  /** What was left out. */
  get skipped(): SkippedPath[] {
    const first = this.#firstWithStreams;
    if (first === null) return [...this.#skipped];
    const reason = this.#withStreams === 1
      ? "its streams are not recorded"
      : `${this.#withStreams} files, this one and others, have streams, which are not recorded`;
    return [...this.#skipped, { path: first.toString(), reason }];
  }

  directory(): void {
    this.#directories++;
    this.#uncommitted += OBJECT_OVERHEAD;
  }

  /** A part of a file was stored, before the file as a whole is. */
  part(bytes: number): void {
    this.#partial += bytes;
    this.#uncommitted += bytes;
  }

  /** The file whose parts were stored is not taken over. */
  abandonParts(): void {
    this.#partial = 0;
  }

  file(entry: TreeEntry): void {
    this.#files++;
    const size = entry.linked ? 0 : entry.size;
    this.#bytes += size;
    this.#uncommitted += Math.max(0, size - this.#partial) + OBJECT_OVERHEAD;
    this.#partial = 0;
  }

  progress(): ImportProgress {
    return {
      files: this.#files,
      directories: this.#directories,
      bytes: this.#bytes + this.#partial,
    };
  }
}
