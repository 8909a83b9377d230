/**
 * Requests as WinFsp's driver lays them, and the answers to them: each is answered once, and memory that a request names is there
 * until then.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Access, CreateOption } from "../../ffi/windows/nt_file.ts";
import {
  CREATE,
  CreateBit,
  Kind,
  REQUEST,
  RESPONSE,
  TRANSFER,
} from "../../ffi/windows/winfsp/protocol.ts";
import { utf16 } from "../../src/mount/windows/response.ts";
import type { WindowsSession } from "../../src/mount/windows/session.ts";
import type { DriverMemory, Transport } from "../../src/mount/windows/transport.ts";
import { askedAttributes } from "./driver_rules.ts";
import { Share } from "./open_names.ts";

/** A field of a request: its offset, and a number (u32), a bigint (u64), or bytes that a BUF refers to. */
export type Field = readonly [number, number | bigint | Uint8Array];

export interface OpenOptions {
  readonly disposition?: number;
  readonly options?: number;
  readonly access?: number;
  readonly attributes?: number;
  readonly ea?: Uint8Array;
  readonly bits?: number;
  readonly token?: bigint;
  /** What others may do meanwhile; all, if this is left out. */
  readonly share?: number;
}

/** A response. */
export class Answer {
  readonly view: DataView;

  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get status(): number {
    return this.view.getUint32(RESPONSE.STATUS, true);
  }

  get information(): number {
    return this.view.getUint32(RESPONSE.INFORMATION, true);
  }

  get hint(): bigint {
    return this.view.getBigUint64(RESPONSE.HINT, true);
  }

  buffer(at: number): Uint8Array<ArrayBuffer> {
    const start = RESPONSE.BUFFER + this.view.getUint16(at, true);
    const size = this.view.getUint16(at + 2, true);
    assert.ok(size === 0 || start + size <= this.bytes.length, "a BUF outside of the response");
    return this.bytes.subarray(start, start + size);
  }

  text(at: number): string {
    return textOf(this.buffer(at));
  }
}

export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    text += String.fromCharCode(bytes[i]! | bytes[i + 1]! << 8);
  }
  return text;
}

/** What a request says that is open. */
export interface OpenContexts {
  readonly context: bigint;
  readonly handle: bigint;
}

export class DriverRequests implements Transport, DriverMemory {
  session!: WindowsSession;
  readonly #memory = new Map<bigint, Uint8Array<ArrayBuffer>>();
  #nextAddress = 0x10000n;
  #nextHint = 0xffff_8000_0000_1000n;
  /** Responses that came later, by hint. */
  readonly late = new Map<bigint, Answer>();
  readonly #answered = new Set<bigint>();

  // What the session asks of its other side.

  transact(): number {
    return -1;
  }

  respond(response: Uint8Array<ArrayBuffer>): void {
    const answer = new Answer(response.slice());
    this.#note(answer);
    this.late.set(answer.hint, answer);
  }

  load(address: bigint, into: Uint8Array<ArrayBuffer>): void {
    into.set(this.#region(address, into.length));
  }

  store(address: bigint, bytes: Uint8Array<ArrayBuffer>): void {
    this.#region(address, bytes.length).set(bytes);
  }

  #region(address: bigint, length: number): Uint8Array<ArrayBuffer> {
    for (const [start, bytes] of this.#memory) {
      const at = Number(address - start);
      if (address >= start && at + length <= bytes.length) return bytes.subarray(at, at + length);
    }
    throw new Error(`Nothing is at ${address}`);
  }

  #allocate(bytes: Uint8Array<ArrayBuffer>): bigint {
    const address = this.#nextAddress;
    this.#nextAddress += BigInt(bytes.length + 0x1000);
    this.#memory.set(address, bytes);
    return address;
  }

  #note({ hint }: Answer): void {
    assert.ok(!this.#answered.has(hint), "two answers to one hint");
    this.#answered.add(hint);
  }

  // Requests.

  /** The bytes of a request; behind the fixed part what its BUFs refer to. */
  request(kind: number, fields: readonly Field[]): Uint8Array<ArrayBuffer> {
    const parts = fields.map(([, value]) => value).filter((value) => value instanceof Uint8Array);
    const size = REQUEST.SIZE_OF + parts.reduce((sum, { length }) => sum + ((length + 7) & ~7), 0);
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    view.setUint16(REQUEST.SIZE, size, true);
    view.setUint32(REQUEST.KIND, kind, true);
    view.setBigUint64(REQUEST.HINT, this.#nextHint, true);
    this.#nextHint += 0x40n;
    let end: number = REQUEST.SIZE_OF;
    for (const [at, value] of fields) {
      if (typeof value === "number") view.setUint32(at, value, true);
      else if (typeof value === "bigint") view.setBigUint64(at, value, true);
      else {
        view.setUint16(at, end - REQUEST.BUFFER, true);
        view.setUint16(at + 2, value.length, true);
        bytes.set(value, end);
        end += (value.length + 7) & ~7;
      }
    }
    return bytes;
  }

  /** Gives the session a request; null: it is answered later. */
  give(bytes: Uint8Array<ArrayBuffer>): Answer | null {
    this.session.buffer.set(bytes);
    const response = this.session.answer(bytes.length);
    if (response.length === 0) return null;
    const answer = new Answer(response.slice());
    assert.equal(answer.view.getUint16(RESPONSE.SIZE, true), response.length);
    assert.equal(response.length % 8, 0);
    this.#note(answer);
    const hint = new DataView(bytes.buffer).getBigUint64(REQUEST.HINT, true);
    assert.equal(answer.hint, hint);
    return answer;
  }

  ask(kind: number, ...fields: readonly Field[]): Answer {
    const bytes = this.request(kind, fields);
    const hint = new DataView(bytes.buffer).getBigUint64(REQUEST.HINT, true);
    const answer = this.give(bytes) ?? this.late.get(hint);
    assert.ok(answer !== undefined, `Request ${kind} was not answered`);
    return answer;
  }

  /** About what is open. */
  about(handle: OpenContexts, kind: number, ...fields: readonly Field[]): Answer {
    return this.ask(
      kind,
      [REQUEST.CONTEXT, handle.context],
      [REQUEST.HANDLE, handle.handle],
      ...fields,
    );
  }

  /** As {@linkcode about} with memory that is given back when it is answered. */
  transfer(
    handle: OpenContexts,
    kind: number,
    memory: Uint8Array<ArrayBuffer>,
    ...fields: readonly Field[]
  ): Answer {
    const address = this.#allocate(memory);
    const answer = this.about(handle, kind, [TRANSFER.ADDRESS, address], ...fields);
    this.#memory.delete(address);
    return answer;
  }

  // What programs do.

  /** The bytes of CREATE. */
  createRequest(path: string, open: OpenOptions): Uint8Array<ArrayBuffer> {
    const { disposition = 1, options = 0, access = Access.ALL } = open;
    const isDirectory = (options & CreateOption.DIRECTORY_FILE) !== 0;
    const attributes = askedAttributes(open.attributes ?? 0, isDirectory);
    const { ea = new Uint8Array(), token = (4321n << 32n) | 77n, share = Share.ALL } = open;
    const trailing = path.length > 1 && path.endsWith("\\");
    const bits = CreateBit.USER_MODE | CreateBit.HAS_TRAVERSE | (open.bits ?? 0) |
      (trailing ? CreateBit.TRAILING_BACKSLASH : 0);
    return this.request(Kind.CREATE, [
      [CREATE.OPTIONS, (disposition << 24 | options) >>> 0],
      [CREATE.ATTRIBUTES, attributes],
      [CREATE.TOKEN, token],
      [CREATE.DESIRED_ACCESS, access],
      [CREATE.SHARE_ACCESS, share],
      [CREATE.BITS, bits],
      [CREATE.EA, ea],
      [REQUEST.FILE_NAME, utf16((trailing ? path.slice(0, -1) : path) + "\0")],
    ]);
  }
}
