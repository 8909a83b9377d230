/**
 * Plays fuse-t's server, request by request: what macOS's client of NFS makes of the system calls of programs.
 *
 * @module
 */

import assert from "node:assert/strict";
import { IN_HEADER, Opcode, OUT_HEADER } from "../../ffi/fuse_kernel.ts";
import { DARWIN_ATTR, DARWIN_ERRNO } from "../../ffi/macos/fuse_darwin.ts";
import type { StreamSession } from "../../src/mount/macos/session.ts";
import type { MemoryStream } from "./memory_stream.ts";

const BODY = IN_HEADER.SIZE;
const OUT = OUT_HEADER.SIZE;
export const ROOT = 1;

export interface Attributes {
  readonly ino: number;
  readonly size: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
}

export interface Entry extends Attributes {
  readonly node: number;
}

export interface Listed {
  readonly name: string;
  readonly ino: number;
  readonly offset: number;
}

/** What a request was refused with. */
export class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const CODES: ReadonlyMap<number, string> = new Map(
  Object.entries(DARWIN_ERRNO).map(([code, number]) => [number, code]),
);

/** Bytes of a request's fields. */
export function fields(
  ...values: readonly (number | bigint | string | Uint8Array)[]
): Uint8Array<ArrayBuffer> {
  const parts = values.map((value) => {
    if (value instanceof Uint8Array) return value;
    if (typeof value === "string") {
      return Uint8Array.from(value + "\0", (c) => c.charCodeAt(0));
    }
    const bytes = new Uint8Array(typeof value === "bigint" ? 8 : 4);
    const view = new DataView(bytes.buffer);
    if (typeof value === "bigint") view.setBigUint64(0, value, true);
    else view.setUint32(0, value, true);
    return bytes;
  });
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export class DarwinClient {
  #unique = 1;

  constructor(readonly stream: MemoryStream, public session: StreamSession) {}

  /** The bytes of a request. */
  request(
    opcode: number,
    node: number,
    body: Uint8Array = new Uint8Array(),
  ): Uint8Array {
    const bytes = new Uint8Array(BODY + body.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, bytes.length, true);
    view.setUint32(IN_HEADER.OPCODE, opcode, true);
    view.setBigUint64(IN_HEADER.UNIQUE, BigInt(this.#unique++), true);
    view.setBigUint64(IN_HEADER.NODEID, BigInt(node), true);
    bytes.set(body, BODY);
    return bytes;
  }

  /** What the next answer says. Throws {@linkcode Refused}. */
  answer(): DataView {
    const bytes = this.stream.receive();
    assert.ok(bytes !== null, "There is no answer");
    const view = new DataView(bytes.buffer);
    const error = -view.getInt32(OUT_HEADER.ERROR, true);
    if (error !== 0) throw new Refused(CODES.get(error) ?? `error ${error}`);
    return new DataView(bytes.buffer, OUT);
  }

  ask(opcode: number, node: number, body?: Uint8Array): DataView {
    this.stream.send(this.request(opcode, node, body));
    assert.ok(this.session.serve(), "The session ended");
    return this.answer();
  }

  init(): DataView {
    return this.ask(Opcode.INIT, 0, fields(7, 19, 65536, 0xffffffff));
  }

  lookup(parent: number, name: string): Entry {
    return entryOf(this.ask(Opcode.LOOKUP, parent, fields(name)));
  }

  attributes(node: number): Attributes {
    return attributesOf(this.ask(Opcode.GETATTR, node, fields(0, 0, 0n)), 16);
  }

  create(parent: number, name: string, mode = 0o100644): Entry & { handle: bigint } {
    const answer = this.ask(Opcode.CREATE, parent, fields(0x602, mode, 0o022, 0, name));
    return { ...entryOf(answer), handle: answer.getBigUint64(144, true) };
  }

  mkdir(parent: number, name: string): Entry {
    return entryOf(this.ask(Opcode.MKDIR, parent, fields(0o755, 0o022, name)));
  }

  write(node: number, handle: bigint, offset: number, text: string): number {
    const bytes = new TextEncoder().encode(text);
    const body = fields(handle, BigInt(offset), bytes.length, 0, 0n, 0, 0, bytes);
    return this.ask(Opcode.WRITE, node, body).getUint32(0, true);
  }

  read(node: number, size = 65536, offset = 0): string {
    const answer = this.ask(
      Opcode.READ,
      node,
      fields(0n, BigInt(offset), size, 0, 0n, 0, 0),
    );
    return new TextDecoder().decode(answer);
  }

  truncate(node: number, size: number): void {
    this.setattr(node, 1 << 3, { size });
  }

  setattr(node: number, valid: number, { size = 0, mode = 0 } = {}): Attributes {
    const body = new Uint8Array(128);
    const view = new DataView(body.buffer);
    view.setUint32(0, valid, true);
    view.setBigUint64(16, BigInt(size), true);
    view.setUint32(68, mode, true);
    return attributesOf(this.ask(Opcode.SETATTR, node, body), 16);
  }

  rename(from: number, name: string, to: number, newName: string, flags = 0): void {
    this.ask(Opcode.RENAME, from, fields(BigInt(to), flags, 0, name, newName));
  }

  unlink(parent: number, name: string): void {
    this.ask(Opcode.UNLINK, parent, fields(name));
  }

  rmdir(parent: number, name: string): void {
    this.ask(Opcode.RMDIR, parent, fields(name));
  }

  open(node: number, isDirectory = false): bigint {
    const opcode = isDirectory ? Opcode.OPENDIR : Opcode.OPEN;
    return this.ask(opcode, node, fields(0, 0)).getBigUint64(0, true);
  }

  release(node: number, handle: bigint, isDirectory = false): void {
    const opcode = isDirectory ? Opcode.RELEASEDIR : Opcode.RELEASE;
    this.ask(opcode, node, fields(handle, 0, 0, 0n));
  }

  /** One answer's names, from a position. */
  list(node: number, handle: bigint, position: number, size: number): Listed[] {
    const answer = this.ask(
      Opcode.READDIR,
      node,
      fields(handle, BigInt(position), size, 0, 0n, 0, 0),
    );
    const listed: Listed[] = [];
    for (let at = 0; at < answer.byteLength;) {
      const length = answer.getUint32(at + 16, true);
      const name = Array.from(
        { length },
        (_, i) => String.fromCharCode(answer.getUint8(at + 24 + i)),
      ).join("");
      listed.push({
        name,
        ino: Number(answer.getBigUint64(at, true)),
        offset: Number(answer.getBigUint64(at + 8, true)),
      });
      at += (24 + length + 7) & ~7;
    }
    return listed;
  }

  setxattr(node: number, name: string, value: string, flags = 0, position = 0): void {
    const bytes = new TextEncoder().encode(value);
    this.ask(Opcode.SETXATTR, node, fields(bytes.length, flags, position, 0, name, bytes));
  }

  getxattr(node: number, name: string, size = 16384, position = 0): string {
    const answer = this.ask(Opcode.GETXATTR, node, fields(size, 0, position, 0, name));
    return size === 0 ? String(answer.getUint32(0, true)) : new TextDecoder().decode(answer);
  }

  listxattr(node: number, size = 16384): string {
    const answer = this.ask(Opcode.LISTXATTR, node, fields(size, 0, 0, 0));
    return size === 0 ? String(answer.getUint32(0, true)) : new TextDecoder().decode(answer);
  }
}

export function entryOf(answer: DataView): Entry {
  assert.ok(answer.byteLength >= 144);
  return { node: Number(answer.getBigUint64(0, true)), ...attributesOf(answer, 40) };
}

function attributesOf(answer: DataView, at: number): Attributes {
  return {
    ino: Number(answer.getBigUint64(at + DARWIN_ATTR.INO, true)),
    size: Number(answer.getBigUint64(at + DARWIN_ATTR.SIZE, true)),
    mode: answer.getUint32(at + DARWIN_ATTR.MODE, true),
    nlink: answer.getUint32(at + DARWIN_ATTR.NLINK, true),
    uid: answer.getUint32(at + DARWIN_ATTR.UID, true),
  };
}
