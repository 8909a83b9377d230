/**
 * The socket through which a mount is served: made by libfuse-t in the keeper, handed to each server as its standard input.
 *
 * @module
 */

import { FuseTError, type FuseTMount, mountFuseT } from "../../../ffi/macos/fuse_t.ts";
import { dup, dup2 } from "../../../ffi/macos/process.ts";

export { FuseTError };

const STANDARD_INPUT = 0;

/** How long the client of NFS believes attributes and names, s. Its own times would be up to a minute. */
export const CACHE_SECONDS = 1;

/** What fuse-t is told: a mount that the Finder and Spotlight leave alone, and that soon sees what a rollback changed. */
const OPTIONS = [
  "backend=nfs",
  "volname=agentvfs",
  "nobrowse",
  `attrcache-timeout=${CACHE_SECONDS}`,
  "rwsize=1048576",
];

/** Null where fuse-t's server cannot be started. Throws {@linkcode FuseTError} where fuse-t is missing. */
export function mountSession(mountpoint: string): FuseTMount | null {
  return mountFuseT(mountpoint, OPTIONS);
}

/** From now on child processes that inherit standard input get the socket. */
export function handDown({ fd }: { readonly fd: number }): void {
  dup2(fd, STANDARD_INPUT);
}

/** The socket that this process was handed: a descriptor of its own, negative if there is none. */
export function inheritedDevice(): number {
  return dup(STANDARD_INPUT);
}
