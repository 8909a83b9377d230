import { binaryString } from "../../../ffi/binary_string.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/** Where the sources of a mount find things. */
export interface SourcePlaces {
  /** Where the mount is seen, everywhere and in runs: binary strings. */
  readonly own: readonly string[];
  /** Directory of what programs in runs preload. */
  readonly preload: string;
}

export function sourcePlaces({ mount, source, store }: DaemonConfig): SourcePlaces {
  return { own: [mount, source].map(binaryString), preload: preloadPlace(store) };
}

/** Beside the store, which `agentvfs run` knows, too. */
export function preloadPlace(store: string): string {
  return `${store}-preload`;
}
