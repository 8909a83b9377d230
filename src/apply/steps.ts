/**
 * What is to be done to a directory so that it becomes another snapshot: one step for each path that differs.
 *
 * @module
 */

import type { InodeRecord } from "../store/trees/entry.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";

export interface Step {
  readonly path: SourcePath;
  /** What was seen there; null where there was nothing. */
  readonly before: InodeRecord | null;
  /** What is to be there; null where nothing is. */
  readonly after: InodeRecord | null;
}

/** A step after which something is there. */
export interface PlacingStep extends Step {
  readonly after: InodeRecord;
}

/** Something that is made anew: a file, symlink, fifo or device. */
export interface WritingStep extends PlacingStep {
  /** What is there is the same but for being another inode's: so how it looks does not tell whether this is done. */
  readonly isApart: boolean;
  /** The names that are to share the inode; null where it is the only one. */
  readonly group: LinkGroup | null;
}

export interface LinkingStep extends WritingStep {
  readonly group: LinkGroup;
}

/** Names that are to share an inode. */
export interface LinkGroup {
  /** Names that have it already, and keep it, the best first. */
  readonly kept: readonly SourcePath[];
  /** What was seen of these; null where there are none. */
  readonly before: InodeRecord | null;
}

/** In the order in which they are done. Each list is in the order of the walk, a directory before what is in it. */
export interface Steps {
  /** Directories that are made, perhaps instead of something else. */
  readonly made: PlacingStep[];
  readonly writes: WritingStep[];
  readonly links: LinkingStep[];
  /** Done last name first, so that directories are empty. */
  readonly deletions: Step[];
  /** As the writes and links, where a directory is to go first. */
  readonly writesOverDirectories: WritingStep[];
  readonly linksOverDirectories: LinkingStep[];
  /** What keeps its inode and gets other attributes. */
  readonly attributes: PlacingStep[];
  /** Directories that get other attributes, and those that were made. Done last name first. */
  readonly directories: PlacingStep[];
  /** Directories that stay and have a step in them, with what they are to be. */
  readonly parents: Map<SourcePath, InodeRecord>;
  /** Paths of the difference that cannot be done in the part that was asked for. */
  readonly impossible: { readonly path: SourcePath; readonly reason: string }[];
}

export function emptySteps(): Steps {
  return {
    made: [],
    writes: [],
    links: [],
    attributes: [],
    deletions: [],
    writesOverDirectories: [],
    linksOverDirectories: [],
    directories: [],
    parents: new Map(),
    impossible: [],
  };
}
