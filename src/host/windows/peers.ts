/**
 * Who the clients of a pipe are. Only its user can open it; which process did is what the kernel says.
 *
 * @module
 */

import { clientOf } from "../../../ffi/windows/named_pipe.ts";
import type { PeerCredentials } from "../linux/peers.ts";

let latest = 0;

/** An instance of a pipe that was just accepted. */
export function noteAccepted(handle: number): void {
  latest = clientOf(handle);
}

export class Peers {
  /** Who is at the other end of the new connection. Call it right after each accept. */
  accepted(): readonly PeerCredentials[] {
    return latest === 0 ? [] : [{ pid: latest, uid: 0, gid: 0 }];
  }
}
