/**
 * Who is at the other end of a local connection, as the kernel has it.
 *
 * @module
 */

export { type PeerCredentials, Peers } from "./linux/peers.ts";
