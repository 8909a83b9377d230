import { binaryString } from "../../../ffi/binary_string.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/** Where the sources of a mount find things. */
export interface SourcePlaces {
  /** Where the mount is seen, everywhere and in runs: binary strings. */
  readonly own: readonly string[];
  /** The workspace, whose log would tell of itself: a binary string. */
  readonly workspace: string;
  /** Directory of what programs in runs preload. */
  readonly preload: string;
}

export function sourcePlaces({ mount, source, store, workspace }: DaemonConfig): SourcePlaces {
  return {
    own: [mount, source].map(binaryString),
    workspace: binaryString(workspace),
    preload: preloadPlace(store),
  };
}

/** Beside the store, which `agentvfs run` knows, too. */
export function preloadPlace(store: string): string {
  return `${store}-preload`;
}
