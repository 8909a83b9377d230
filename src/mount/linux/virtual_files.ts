/**
 * `.agentvfs/` at the root of the mount: a way to the daemon that needs no program.
 *
 * `status` reads as the daemon's status. A line written to `ctl` is carried out as a command; what is read
 * from it is the answer. Neither is listed, and their entries are never cached: every lookup makes a node
 * of its own with the bytes of that moment, so that no page of an earlier answer can be shown.
 *
 * The fs thread does not run commands. It hands them out and goes on; the request is answered when the
 * result comes back.
 *
 * @module
 */

import { ATTR, ATTR_OUT, DIRENT, ENTRY_OUT, Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../../ffi/libc.ts";
import { S_IFDIR, S_IFREG } from "../../store/entry.ts";
import { NO_REPLY, OUT, type Reply } from "./reply.ts";
import { BODY, MAX_WRITE, type Request } from "./request.ts";

export const VIRTUAL_NAME = ".agentvfs";

/** Node ids, and inode numbers, of virtual nodes begin here; those of the tree stay below. */
export const FIRST_VIRTUAL_NODE = 2 ** 52;

interface VirtualNode {
  kind: "directory" | "ctl" | "status";
  bytes: Uint8Array<ArrayBuffer>;
  lookups: number;
}

/** What the daemon is asked to do: a command line, or null for its status. */
export type Ask = (ticket: number, line: string | null) => void;

/** Sends a delayed answer: `length` bytes of the reply, or a negative errno. */
export type Send = (unique: Uint8Array, result: number) => void;

interface Waiting {
  unique: Uint8Array;
  complete(answer: Uint8Array<ArrayBuffer>): number;
}

export class VirtualFiles {
  readonly #nodes = new Map<number, VirtualNode>();
  readonly #waiting = new Map<number, Waiting>();
  #nextNode = FIRST_VIRTUAL_NODE + 1;
  #nextTicket = 1;
  #lastAnswer: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(
    readonly request: Request,
    readonly reply: Reply,
    readonly ask: Ask,
    readonly send: Send,
  ) {
    const directory = { kind: "directory", bytes: new Uint8Array(), lookups: 1 } as const;
    this.#nodes.set(FIRST_VIRTUAL_NODE, directory);
  }

  /** The answer to a lookup of {@linkcode VIRTUAL_NAME} in the root. */
  lookupDirectory(): number {
    return this.#entry(FIRST_VIRTUAL_NODE, this.#nodes.get(FIRST_VIRTUAL_NODE)!);
  }

  /** Any request about a virtual node. */
  handle(opcode: number): number {
    const id = this.request.nodeId;
    const node = this.#nodes.get(id);
    if (node === undefined) return -Errno.ESTALE;
    switch (opcode) {
      case Opcode.LOOKUP:
        return this.#lookup(this.request.name(BODY));
      case Opcode.GETATTR:
      case Opcode.SETATTR:
        return this.#attributes(id, node);
      case Opcode.READ:
        return this.#read(node);
      case Opcode.WRITE:
        return node.kind === "ctl" ? this.#write(node) : -Errno.EACCES;
      case Opcode.READDIR:
      case Opcode.READDIRPLUS:
        return this.#list(opcode === Opcode.READDIRPLUS);
      case Opcode.OPEN:
      case Opcode.OPENDIR:
      case Opcode.FLUSH:
        return -Errno.ENOSYS;
      // ENOSYS would switch extended attributes off for the whole mount.
      case Opcode.GETXATTR:
      case Opcode.LISTXATTR:
        return -Errno.EOPNOTSUPP;
      case Opcode.FSYNC:
      case Opcode.FSYNCDIR:
      case Opcode.RELEASE:
      case Opcode.RELEASEDIR:
        return 0;
      default:
        return -Errno.EACCES;
    }
  }

  forget(id: number, count: number): void {
    const node = this.#nodes.get(id);
    if (node === undefined || node.kind === "directory") return;
    node.lookups -= count;
    if (node.lookups <= 0) this.#nodes.delete(id);
  }

  /** The daemon's answer has come. */
  answer(ticket: number, text: string): void {
    const waiting = this.#waiting.get(ticket);
    if (waiting === undefined) return;
    this.#waiting.delete(ticket);
    const bytes = new TextEncoder().encode(text.endsWith("\n") ? text : text + "\n");
    this.send(waiting.unique, waiting.complete(bytes));
  }

  #wait(complete: (answer: Uint8Array<ArrayBuffer>) => number, line: string | null): number {
    const ticket = this.#nextTicket++;
    this.#waiting.set(ticket, { unique: this.request.bytes.slice(8, 16), complete });
    this.ask(ticket, line);
    return NO_REPLY;
  }

  #lookup(name: string): number {
    if (name === "ctl") return this.#newNode("ctl", this.#lastAnswer);
    if (name === "status") return this.#wait((bytes) => this.#newNode("status", bytes), null);
    return -Errno.ENOENT;
  }

  #newNode(kind: "ctl" | "status", bytes: Uint8Array<ArrayBuffer>): number {
    const id = this.#nextNode++;
    const node = { kind, bytes, lookups: 1 };
    this.#nodes.set(id, node);
    return this.#entry(id, node);
  }

  #entry(id: number, node: VirtualNode): number {
    this.reply.bytes.fill(0, OUT, OUT + ENTRY_OUT.SIZE);
    this.reply.u64(OUT + ENTRY_OUT.NODEID, id);
    this.#attr(OUT + ENTRY_OUT.ATTR, id, node);
    return ENTRY_OUT.SIZE;
  }

  #attributes(id: number, node: VirtualNode): number {
    this.reply.bytes.fill(0, OUT, OUT + ATTR_OUT.SIZE);
    this.#attr(OUT + ATTR_OUT.ATTR, id, node);
    return ATTR_OUT.SIZE;
  }

  #attr(at: number, id: number, node: VirtualNode): void {
    const { reply } = this;
    const modes = { directory: S_IFDIR | 0o700, ctl: S_IFREG | 0o600, status: S_IFREG | 0o400 };
    reply.u64(at + ATTR.INO, id);
    reply.u64(at + ATTR.SIZE, node.bytes.length);
    reply.u32(at + ATTR.MODE, modes[node.kind]);
    reply.u32(at + ATTR.NLINK, node.kind === "directory" ? 2 : 1);
    reply.u32(at + ATTR.UID, Deno.uid() ?? 0);
    reply.u32(at + ATTR.GID, Deno.gid() ?? 0);
    reply.u32(at + ATTR.BLKSIZE, 4096);
  }

  #read(node: VirtualNode): number {
    const offset = Math.min(this.request.u64(BODY + 8), node.bytes.length);
    const wanted = Math.min(this.request.u32(BODY + 16), MAX_WRITE);
    const length = Math.min(wanted, node.bytes.length - offset);
    this.reply.bytes.set(node.bytes.subarray(offset, offset + length), OUT);
    return length;
  }

  #write(node: VirtualNode): number {
    const size = this.request.u32(BODY + 16);
    const text = new TextDecoder().decode(this.request.bytes.slice(BODY + 40, BODY + 40 + size));
    const line = text.trim();
    const written = () => {
      this.reply.u32(OUT, size);
      this.reply.u32(OUT + 4, 0);
      return 8;
    };
    if (line === "") return written();
    return this.#wait((bytes) => {
      node.bytes = bytes;
      this.#lastAnswer = bytes;
      return written();
    }, line);
  }

  /** Lists `.`, `..`, `ctl` and `status`. With `plus`, without attributes: node id 0 says so. */
  #list(plus: boolean): number {
    const names = [".", "..", "ctl", "status"];
    const { reply } = this;
    const limit = OUT + this.request.u32(BODY + 16);
    let at = OUT;
    for (let i = this.request.u64(BODY + 8); i < names.length; i++) {
      const name = names[i]!;
      const padded = Math.ceil((DIRENT.SIZE + name.length) / 8) * 8;
      if (at + padded + (plus ? ENTRY_OUT.SIZE : 0) > limit) break;
      if (plus) {
        reply.bytes.fill(0, at, at + ENTRY_OUT.SIZE);
        at += ENTRY_OUT.SIZE;
      }
      reply.bytes.fill(0, at, at + padded);
      reply.u64(at + DIRENT.INO, FIRST_VIRTUAL_NODE);
      reply.u64(at + DIRENT.OFF, i + 1);
      reply.u32(at + DIRENT.NAMELEN, name.length);
      reply.u32(at + DIRENT.TYPE, i < 2 ? S_IFDIR >> 12 : S_IFREG >> 12);
      for (let c = 0; c < name.length; c++) {
        reply.bytes[at + DIRENT.SIZE + c] = name.charCodeAt(c);
      }
      at += padded;
    }
    return at - OUT;
  }
}
