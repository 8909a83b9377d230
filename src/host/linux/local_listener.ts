/**
 * Unix sockets that are listened on.
 *
 * @module
 */

import { umask } from "../../../ffi/linux/open.ts";
import type { LocalConnection } from "./local_socket.ts";

/** What is used of a listener. */
export interface LocalListener {
  accept(): Promise<LocalConnection>;
  close(): void;
}

/** Listens at `path`, which must be free. From the moment it is there nobody but its owner can connect. */
export function listenLocal(path: string): LocalListener {
  const previous = umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } finally {
    umask(previous);
  }
}
