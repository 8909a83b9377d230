/**
 * What a program that is run on a branch sees, handed from the process that plans it to the one that sets it up.
 *
 * @module
 */

import type { CallsToHandOver } from "./hand_over_calls.ts";

export interface Confinement {
  /** Existing paths that stay writable besides the branch. */
  readonly writable: readonly string[];
  /** Paths that stay as they are, to be read, in what is hidden. They need not exist. */
  readonly readable: readonly string[];
  /** Existing directories in whose place the program has new ones. */
  readonly fresh: readonly FreshDirectory[];
  /** Paths behind which nothing is to be found: directories look empty, files too. They need not exist. */
  readonly hidden: readonly string[];
}

export interface FreshDirectory {
  readonly path: string;
  readonly mode: number;
  readonly isWritable: boolean;
}

export interface ViewSpec {
  readonly branch: string;
  /** The branch's tree in the mount. */
  readonly tree: string;
  /** Directories at which it stands instead: the project's own path first, then others, the mountpoint last. */
  readonly places: readonly string[];
  readonly cwd: string;
  /** Control socket of the daemon, where the view is made known. */
  readonly socket: string;
  readonly confine: Confinement | null;
  /** Without confinement: directories where services of the user's are met, which the program is to have for itself. */
  readonly meetingPlaces: readonly string[];
  /** Variables for the program; null: it is not to have them. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Who the program runs as where a user namespace made the view; null where none had to. */
  readonly identity: { readonly uid: number; readonly gid: number } | null;
  readonly command: readonly string[];
  /** The supervisor hears of these system calls of the program; null: it is not watched. */
  readonly watched: CallsToHandOver | null;
}

/** Environment variable with the JSON of a {@linkcode ViewSpec}. */
export const SPEC_VARIABLE = "AGENTVFS_VIEW";
