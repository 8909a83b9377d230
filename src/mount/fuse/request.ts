/**
 * The request being answered: one buffer for all of them, decoded in place.
 *
 * @module
 */

import { binaryName } from "../../../ffi/binary_string.ts";
import { IN_HEADER } from "../../../ffi/fuse_kernel.ts";
import { NODES_PER_VIEW } from "../views.ts";

/** Largest payload of a WRITE. */
export const MAX_WRITE = 1024 * 1024;

/** Of a node id's high word, the bits that are not its view's. */
const NODE_HIGH_BITS = Math.log2(NODES_PER_VIEW) - 32;
const NODE_HIGH_MASK = 2 ** NODE_HIGH_BITS - 1;

/** Where the fields behind the header begin. */
export const BODY = IN_HEADER.SIZE;

export class Request {
  /** The kernel wants room for the largest request and a page besides. */
  readonly bytes = new Uint8Array(MAX_WRITE + 8192);
  readonly view = new DataView(this.bytes.buffer);
  /** Bytes of the request, header included. */
  length = 0;
  /** The node that the request is about, as its view numbers it. */
  nodeId = 0;
  #nameEnd = 0;
  /** Where the name is that was asked for last, 0 if none was, and the name: several ask for the same one. */
  #nameAt = 0;
  #name = "";

  /**
   * Touches every page, so that the kernel never has to bring one in while it copies a request: it gives that up
   * when this process is being killed, and answers the request with EIO. (The same holds of `Reply`.)
   */
  constructor() {
    this.bytes.fill(0);
  }

  get opcode(): number {
    return this.view.getUint32(IN_HEADER.OPCODE, true);
  }

  /** The view that the request is about. */
  get viewNumber(): number {
    return this.viewAt(IN_HEADER.NODEID);
  }

  /** The node that the request is about, as the kernel has it. */
  get wireNode(): number {
    return this.viewNumber * NODES_PER_VIEW + this.nodeAt(IN_HEADER.NODEID);
  }

  /** Called once the request is in {@linkcode bytes}. */
  begin(length: number): void {
    this.length = length;
    this.nodeId = this.nodeAt(IN_HEADER.NODEID);
    this.#nameAt = 0;
  }

  /** The view of the node id at `at`. */
  viewAt(at: number): number {
    return this.view.getUint32(at + 4, true) >>> NODE_HIGH_BITS;
  }

  /** What is left of the node id at `at`. */
  nodeAt(at: number): number {
    const high = this.view.getUint32(at + 4, true) & NODE_HIGH_MASK;
    return high * 2 ** 32 + this.view.getUint32(at, true);
  }

  get uid(): number {
    return this.view.getUint32(IN_HEADER.UID, true);
  }

  get gid(): number {
    return this.view.getUint32(IN_HEADER.GID, true);
  }

  /** Thread that made the request; 0 if this PID namespace does not know it. */
  get pid(): number {
    return this.view.getUint32(IN_HEADER.PID, true);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** Offsets and sizes beyond 2^53 lose precision; every use compares them with a limit first. */
  u64(at: number): number {
    return this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  i64(at: number): number {
    return this.view.getInt32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  /** The NUL-terminated name at `at`. {@linkcode nameEnd} is then behind it. */
  name(at: number): string {
    if (at === this.#nameAt) return this.#name;
    let end = at;
    while (end < this.length && this.bytes[end] !== 0) end++;
    this.#nameEnd = end + 1;
    this.#nameAt = at;
    return this.#name = binaryName(this.bytes, at, end);
  }

  get nameEnd(): number {
    return this.#nameEnd;
  }
}
