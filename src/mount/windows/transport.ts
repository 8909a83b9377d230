/**
 * The other side of the adapter: WinFsp's driver through its library, or who plays it.
 *
 * @module
 */

/** Memory of this process that requests name by address: it is there until the request is answered. */
export interface DriverMemory {
  /** Copies what is at `address` into `into`. */
  load(address: bigint, into: Uint8Array<ArrayBuffer>): void;
  /** Copies `bytes` to `address`. */
  store(address: bigint, bytes: Uint8Array<ArrayBuffer>): void;
}

export interface Transport {
  /**
   * Gives the driver a response (an empty one: none), and waits for the next request, which is laid into `request`. Returns
   * its length; 0 if none has come for a while; -1 once the volume was stopped.
   */
  transact(response: Uint8Array<ArrayBuffer>, request: Uint8Array<ArrayBuffer>): number;
  /** Gives the driver a response, and waits for nothing. */
  respond(response: Uint8Array<ArrayBuffer>): void;
}
