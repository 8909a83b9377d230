/**
 * A stand-in for Windows between Linux's kernel and a session that serves WinFsp's driver: each request of FUSE becomes what the
 * driver would ask if a program of WSL did the same, and the answers what Linux's programs expect. So real programs, through
 * a real mount, are served by the code for Windows.
 *
 * It shows that the adapter serves programs. It says nothing of the order in which the real driver asks.
 *
 * @module
 */

import { NotifyCode, Opcode, OUT_HEADER, ROOT_ID } from "../../../ffi/fuse_kernel.ts";
import { NotifyAction } from "../../../ffi/windows/nt_file.ts";
import { NOTIFY_INFO } from "../../../ffi/windows/winfsp/protocol.ts";
import { Errno } from "../../../src/host/errno.ts";
import { textOf } from "../driver_requests.ts";
import { BODY, BridgeContext, type BridgeOptions, Failure } from "./context.ts";
import { errnoOf } from "./errno_of.ts";
import { Refused } from "./files.ts";
import type { Node } from "./nodes.ts";
import { ROWS } from "./operations.ts";

const OUT = OUT_HEADER.SIZE;

export class Bridge {
  readonly #context: BridgeContext;

  constructor(readonly options: BridgeOptions) {
    this.#context = new BridgeContext(options);
  }

  /** Where a request is laid. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#context.request.bytes;
  }

  /** The answer to the request in {@linkcode buffer}; null: it gets none. */
  answer(length: number): Uint8Array<ArrayBuffer> | null {
    const { request, reply } = this.#context;
    request.begin(length);
    const { opcode } = request;
    if (opcode === Opcode.INTERRUPT) return null;
    if (opcode === Opcode.FORGET || opcode === Opcode.BATCH_FORGET) {
      this.#forget(opcode);
      return null;
    }
    return reply.finish(request.bytes, this.#carryOut(opcode));
  }

  #carryOut(opcode: number): number {
    const row = ROWS.get(opcode);
    if (row === undefined) return -Errno.ENOSYS;
    try {
      return row(this.#context);
    } catch (error) {
      if (error instanceof Failure) return -error.errno;
      if (error instanceof Refused) return -errnoOf(error.status);
      throw error;
    }
  }

  #forget(opcode: number): void {
    const { request, nodes } = this.#context;
    if (opcode === Opcode.FORGET) return nodes.forget(request.nodeId, request.u64(BODY));
    for (let i = 0; i < request.u32(BODY); i++) {
      const at = BODY + 8 + 16 * i;
      nodes.forget(request.nodeAt(at), request.u64(at + 8));
    }
  }

  /** What Linux's kernel is to be told when the driver is told a list of names: messages for its device. */
  notices(list: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
    const view = new DataView(list.buffer, list.byteOffset, list.length);
    const messages: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < list.length;) {
      const size = view.getUint16(at + NOTIFY_INFO.SIZE, true);
      const path = textOf(list.subarray(at + NOTIFY_INFO.NAME, at + size));
      const action = view.getUint32(at + NOTIFY_INFO.ACTION, true);
      messages.push(...this.#notice(path.split("\\").slice(1), action));
      at += (size + 7) & ~7;
    }
    return messages;
  }

  #notice(names: readonly string[], action: number): Uint8Array<ArrayBuffer>[] {
    const { nodes, options } = this.#context;
    let parent: Node | undefined = nodes.get(ROOT_ID);
    for (const name of names.slice(0, -1)) parent = parent && nodes.child(parent, name);
    const name = names.at(-1);
    // What the kernel was never shown it does not know.
    if (parent === undefined || name === undefined) return [];
    const child = nodes.child(parent, name);
    const linux = options.names.toLinux(name);
    const messages = [inode(parent.id)];
    if (child !== undefined && action === NotifyAction.MODIFIED) messages.push(inode(child.id));
    messages.push(
      child !== undefined && action === NotifyAction.REMOVED
        ? removed(parent.id, child.id, linux)
        : entry(parent.id, linux),
    );
    return messages;
  }
}

function message(code: number, numbers: readonly bigint[], name = ""): Uint8Array<ArrayBuffer> {
  const body = 8 * numbers.length + (name === "" ? 0 : name.length + 1);
  const bytes = new Uint8Array(OUT + body);
  const view = new DataView(bytes.buffer);
  view.setUint32(OUT_HEADER.LENGTH, bytes.length, true);
  view.setInt32(OUT_HEADER.ERROR, code, true);
  numbers.forEach((number, i) => view.setBigUint64(OUT + 8 * i, number, true));
  for (let i = 0; i < name.length; i++) {
    bytes[OUT + 8 * numbers.length + i] = name.charCodeAt(i);
  }
  return bytes;
}

function inode(id: number): Uint8Array<ArrayBuffer> {
  return message(NotifyCode.INVAL_INODE, [BigInt(id), 0n, 0n]);
}

function entry(parent: number, name: string): Uint8Array<ArrayBuffer> {
  return message(NotifyCode.INVAL_ENTRY, [BigInt(parent), BigInt(name.length)], name);
}

function removed(parent: number, child: number, name: string): Uint8Array<ArrayBuffer> {
  const numbers = [BigInt(parent), BigInt(child), BigInt(name.length)];
  return message(NotifyCode.DELETE, numbers, name);
}
