/**
 * What an apply did, and what it did not.
 *
 * @module
 */

/** Something of a path that is not as it should be; paths are binary strings below the root. */
export interface PathNote {
  readonly path: string;
  /** For people, as the end of a sentence: `it was changed meanwhile`. */
  readonly reason: string;
}

export interface ApplyOutcome {
  /** Paths that were made, replaced, or given other attributes. */
  readonly written: number;
  readonly deleted: number;
  /** Paths that somebody changed since they were looked at, or that cannot be changed there. They are as they were. */
  readonly leftAlone: readonly PathNote[];
  /** Paths that were written and lack something: an owner, an extended attribute, a shared inode. */
  readonly notKept: readonly PathNote[];
}

export class ApplyReport {
  written = 0;
  deleted = 0;
  readonly leftAlone: PathNote[] = [];
  readonly notKept: PathNote[] = [];

  outcome(): ApplyOutcome {
    const { written, deleted, leftAlone, notKept } = this;
    return { written, deleted, leftAlone, notKept };
  }
}
