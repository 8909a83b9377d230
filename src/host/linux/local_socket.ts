/**
 * Unix sockets (unix(7)).
 *
 * @module
 */

/** What is used of a connection. */
export type LocalConnection = Pick<Deno.UnixConn, "read" | "write" | "closeWrite" | "close">;

/** Longest path that fits `sun_path` with its NUL, bytes. */
export const ADDRESS_BYTES = 107;

/** True if a socket can be made at `path`. */
export function fitsAddress(path: string): boolean {
  return new TextEncoder().encode(path).length <= ADDRESS_BYTES;
}

/** Rejects with Deno's error where nobody listens at `path`, or this process may not connect. */
export function connectLocal(path: string): Promise<LocalConnection> {
  return Deno.connect({ transport: "unix", path });
}
