/**
 * Who is at the other end of a local connection, as the kernel has it.
 *
 * @module
 */

import * as linux from "./linux/peers.ts";
import * as macos from "./macos/peers.ts";
import * as windows from "./windows/peers.ts";
import { pick } from "./pick.ts";

export type PeerCredentials = linux.PeerCredentials;

export interface Peers {
  /** Who may be at the other end of the new connection. Call it right after each accept. */
  accepted(): readonly PeerCredentials[];
}

export const { Peers } = pick<{ Peers: new () => Peers }>(linux, { macos, windows });
