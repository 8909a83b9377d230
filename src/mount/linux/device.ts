/**
 * The device through which a mount is served: made by libfuse3 in the keeper, handed to each server as its standard
 * input.
 *
 * @module
 */

import { dup, dup2 } from "../../../ffi/linux/descriptor.ts";

export { LibfuseError, type LibfuseSession, mountSession } from "../../../ffi/linux/libfuse3.ts";

const STANDARD_INPUT = 0;

/** From now on child processes that inherit standard input get the device of `session`. */
export function handDown(session: { readonly fd: number }): void {
  dup2(session.fd, STANDARD_INPUT);
}

/** The device that this process was handed: a descriptor of its own, negative if there is none. */
export function inheritedDevice(): number {
  return dup(STANDARD_INPUT);
}
