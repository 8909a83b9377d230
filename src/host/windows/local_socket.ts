/**
 * Named pipes in place of sockets: the name is made of the path that a socket would have.
 *
 * What speaks to them is loaded when it is needed: every client on every system loads this.
 *
 * @module
 */

import type { LocalConnection } from "../linux/local_socket.ts";

/** Longest path whose pipe has a name that is short enough, characters. */
export const ADDRESS_BYTES = 240;

/** True if a pipe can be made for `path`. */
export function fitsAddress(path: string): boolean {
  return path.length <= ADDRESS_BYTES;
}

/**
 * Rejects with Deno's error where nobody listens at `path`, or this process may not connect; so, too, where the pipe is
 * another user's.
 */
export async function connectLocal(path: string): Promise<LocalConnection> {
  const { connectPipe } = await import("./pipe_connection.ts");
  return await connectPipe(path);
}
