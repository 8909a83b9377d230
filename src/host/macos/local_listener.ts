/**
 * Unix sockets that are listened on.
 *
 * @module
 */

import { umask } from "../../../ffi/macos/file.ts";
import type { LocalListener } from "../linux/local_listener.ts";

/** Listens at `path`, which must be free. From the moment it is there nobody but its owner can connect. */
export function listenLocal(path: string): LocalListener {
  const previous = umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } finally {
    umask(previous);
  }
}
