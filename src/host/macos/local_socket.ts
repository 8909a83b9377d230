/**
 * Unix sockets (unix(4)).
 *
 * @module
 */

export { connectLocal } from "../linux/local_socket.ts";

/** Longest path that fits `sun_path` with its NUL, bytes. */
export const ADDRESS_BYTES = 103;

/** True if a socket can be made at `path`. */
export function fitsAddress(path: string): boolean {
  return new TextEncoder().encode(path).length <= ADDRESS_BYTES;
}
