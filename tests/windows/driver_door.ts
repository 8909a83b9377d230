/**
 * Programs' file work on a volume that another process serves: requests go through the door of the stand-in for WinFsp's
 * driver (`wine/stand_in_door.h`), in the order in which NtCreateFile and its like make them.
 *
 * @module
 */

import { strict as assert } from "node:assert";
import { Access, CreateOption, Disposition } from "../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import {
  CLEANUP,
  CleanupBit,
  CONSTRAINED,
  CREATED,
  DIR_INFO,
  FILE_INFO,
  Kind,
  Outcome,
  QUERY_DIRECTORY,
  REQUEST,
  SET_INFORMATION,
  TRANSFER,
} from "../../ffi/windows/winfsp/protocol.ts";
import { InformationClass } from "../../ffi/windows/nt_file.ts";
import { utf16 } from "../../src/mount/windows/response.ts";
import { Driver } from "./driver.ts";
import { Answer, type Field, type OpenOptions, textOf } from "./driver_requests.ts";

/** As the door has them. */
const Call = { ASK: 0, NOTICES: 1, PLACE: 2, MAP: 3, PARAMS: 4 } as const;

/** What was asked for was refused. */
export class NtError extends Error {
  constructor(what: string, readonly status: number) {
    super(`${what}: status 0x${status.toString(16)}`);
  }
}

interface Handle {
  readonly context: bigint;
  readonly handle: bigint;
  readonly path: string;
  /** What opening it did. */
  readonly outcome: number;
  /** Hidden, read-only and so on. */
  readonly attributes: number;
}

/** In what a volume is made with. */
const CREATION_TIME = 8;

const DEADLINE_MS = 60_000;
const LOOK_MS = 20;

export class DriverDoor {
  /** Lays requests. */
  readonly #driver = new Driver();

  private constructor(readonly connection: Deno.TcpConn) {}

  /** Connects to the server whose port is in the file at `path`: waits for one that listens. */
  static async open(path: string): Promise<DriverDoor> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const text = await Deno.readTextFile(path).catch(() => "");
      const port = /^(\d+)\r?\n$/.exec(text)?.[1];
      const connection = port === undefined
        ? null
        : await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }).catch(() => null);
      if (connection !== null) return new DriverDoor(connection);
      assert.ok(performance.now() < deadline, "nobody serves a volume");
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  close(): void {
    this.connection.close();
  }

  /** Where the volume is mounted. */
  async place(): Promise<string> {
    return textOf((await this.#call(Call.PLACE)).memory);
  }

  /** Names that the driver was told of since this was asked last. */
  async notices(): Promise<string[]> {
    const { memory } = await this.#call(Call.NOTICES);
    const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
    const names: string[] = [];
    for (let at = 0; at + 12 <= memory.length;) {
      const size = view.getUint16(at, true);
      names.push(textOf(memory.subarray(at + 12, at + size)));
      at += (size + 7) & ~7;
    }
    return names;
  }

  async read(path: string): Promise<string> {
    const handle = await this.#open(path, { access: Access.READ_DATA });
    const bytes = new Uint8Array(64 * 1024);
    const chunks: Uint8Array[] = [];
    for (let offset = 0;;) {
      const { answer, memory } = await this.#transfer(handle, Kind.READ, bytes, offset);
      if (answer.status === NtStatus.END_OF_FILE) break;
      this.#check(`read ${path}`, answer);
      chunks.push(memory.slice(0, answer.information));
      offset += answer.information;
    }
    await this.#close(handle);
    return await new Blob(chunks as BlobPart[]).text();
  }

  /** Writes a file, as a program that opens it to be overwritten. */
  async write(path: string, text: string): Promise<void> {
    const handle = await this.#open(path, {
      access: Access.WRITE_DATA,
      disposition: Disposition.OVERWRITE_IF,
      options: CreateOption.NON_DIRECTORY_FILE,
    });
    const bytes = new TextEncoder().encode(text);
    if (handle.outcome === Outcome.OVERWRITTEN) {
      this.#check(`empty ${path}`, await this.#about(handle, Kind.OVERWRITE));
    }
    if (bytes.length > 0) {
      this.#check(`write ${path}`, (await this.#transfer(handle, Kind.WRITE, bytes, 0)).answer);
    }
    await this.#close(handle);
  }

  async mkdir(path: string): Promise<void> {
    await this.#close(
      await this.#open(path, {
        disposition: Disposition.CREATE,
        options: CreateOption.DIRECTORY_FILE,
      }),
    );
  }

  async remove(path: string): Promise<void> {
    const handle = await this.#open(path, { access: Access.DELETE });
    const disposition: Field[] = [
      [SET_INFORMATION.CLASS, InformationClass.DISPOSITION],
      [SET_INFORMATION.VALUE, 1],
    ];
    this.#check(
      `remove ${path}`,
      await this.#about(handle, Kind.SET_INFORMATION, ...disposition),
    );
    await this.#close(handle, CleanupBit.DELETE);
  }

  async rename(from: string, to: string): Promise<void> {
    const handle = await this.#open(from, { access: Access.DELETE });
    const answer = await this.#about(
      handle,
      Kind.SET_INFORMATION,
      [SET_INFORMATION.CLASS, InformationClass.RENAME],
      [SET_INFORMATION.NEW_NAME, utf16(to + "\0")],
    );
    this.#check(`rename ${from}`, answer);
    await this.#close({ ...handle, path: to });
  }

  /** Names in a directory, sorted, without `.` and `..`. */
  async list(path: string): Promise<string[]> {
    const handle = await this.#open(path, {
      access: Access.READ_DATA,
      options: CreateOption.DIRECTORY_FILE,
    });
    const names: string[] = [];
    let marker: Uint8Array<ArrayBuffer> = new Uint8Array();
    for (;;) {
      const { answer, memory } = await this.#ask(
        Kind.QUERY_DIRECTORY,
        new Uint8Array(16 * 1024),
        [REQUEST.CONTEXT, handle.context],
        [REQUEST.HANDLE, handle.handle],
        [QUERY_DIRECTORY.LENGTH, 16 * 1024],
        [QUERY_DIRECTORY.MARKER, marker],
      );
      this.#check(`list ${path}`, answer);
      const view = new DataView(memory.buffer, memory.byteOffset, answer.information);
      for (let at = 0;;) {
        const size = at + 2 > answer.information ? null : view.getUint16(at, true);
        if (size === 0) {
          await this.#close(handle);
          return names.filter((name) => name !== "." && name !== "..").sort();
        }
        if (size === null) break;
        names.push(textOf(memory.subarray(at + DIR_INFO.NAME, at + size)));
        const next = at + DIR_INFO.NEXT_OFFSET;
        // With what the driver ends it by, as if it were a name.
        marker = new Uint8Array([...memory.slice(next, next + 8), 0, 0]);
        at += (size + 7) & ~7;
      }
    }
  }

  /**
   * What a program writes through a mapping of a file that is long enough, and the system keeps until the volume is flushed.
   * Resolves with what closes it.
   */
  async map(path: string, text: string): Promise<() => Promise<void>> {
    const handle = await this.#open(path, { access: Access.READ_DATA | Access.WRITE_DATA });
    const bytes = new TextEncoder().encode(text);
    const request = this.#driver.request(Kind.WRITE, [
      [REQUEST.CONTEXT, handle.context],
      [REQUEST.HANDLE, handle.handle],
      [TRANSFER.OFFSET, 0n],
      [TRANSFER.LENGTH, bytes.length],
      [TRANSFER.BITS, CONSTRAINED],
    ]);
    await this.#call(Call.MAP, request, bytes);
    return () => this.#close(handle);
  }

  /** When the volume says that it was made, in units of 100 ns since 1601. */
  async created(): Promise<bigint> {
    const { memory } = await this.#call(Call.PARAMS);
    return new DataView(memory.buffer, memory.byteOffset).getBigUint64(CREATION_TIME, true);
  }

  async attributes(path: string): Promise<number> {
    const handle = await this.#open(path, { access: Access.READ_ATTRIBUTES });
    await this.#close(handle);
    return handle.attributes;
  }

  /** What a program, which is process `pid`, opens and holds; resolves with what closes it. */
  async hold(path: string, pid = 0): Promise<() => Promise<void>> {
    const handle = await this.#open(path, {
      access: Access.READ_DATA,
      token: BigInt(pid) << 32n,
    });
    return () => this.#close(handle);
  }

  async #open(path: string, options: OpenOptions): Promise<Handle> {
    const bytes = this.#driver.createRequest(path, { token: 0n, ...options });
    const { answer } = await this.#call(Call.ASK, bytes);
    this.#check(`open ${path}`, answer);
    return {
      context: answer.view.getBigUint64(CREATED.CONTEXT, true),
      handle: answer.view.getBigUint64(CREATED.HANDLE, true),
      path: answer.text(CREATED.FILE_NAME) || path,
      outcome: answer.information,
      attributes: answer.view.getUint32(CREATED.FILE_INFO + FILE_INFO.ATTRIBUTES, true),
    };
  }

  async #close(handle: Handle, bits = 0): Promise<void> {
    const name: Field = [REQUEST.FILE_NAME, utf16(handle.path + "\0")];
    await this.#about(handle, Kind.CLEANUP, [CLEANUP.BITS, bits], name);
    await this.#about(handle, Kind.CLOSE);
  }

  async #about({ context, handle }: Handle, kind: number, ...fields: Field[]): Promise<Answer> {
    const all: Field[] = [[REQUEST.CONTEXT, context], [REQUEST.HANDLE, handle], ...fields];
    return (await this.#ask(kind, new Uint8Array(), ...all)).answer;
  }

  #transfer(
    { context, handle }: Handle,
    kind: number,
    memory: Uint8Array<ArrayBuffer>,
    offset: number,
  ) {
    return this.#ask(
      kind,
      memory,
      [REQUEST.CONTEXT, context],
      [REQUEST.HANDLE, handle],
      [TRANSFER.OFFSET, BigInt(offset)],
      [TRANSFER.LENGTH, memory.length],
    );
  }

  #ask(kind: number, memory: Uint8Array<ArrayBuffer>, ...fields: Field[]) {
    return this.#call(Call.ASK, this.#driver.request(kind, fields), memory);
  }

  #check(what: string, { status }: Answer): void {
    if (status !== NtStatus.SUCCESS) throw new NtError(what, status);
  }

  async #call(call: number, request = new Uint8Array(), memory = new Uint8Array()) {
    const head = new Uint8Array(Uint32Array.of(call, request.length, memory.length).buffer);
    await this.#send(new Uint8Array([...head, ...request, ...memory]));
    const [size, after] = new Uint32Array((await this.#receive(8)).buffer) as unknown as [
      number,
      number,
    ];
    const response = await this.#receive(size);
    const given = await this.#receive(after);
    if (call === Call.ASK && size === 0) throw new Error("The volume was stopped");
    return { answer: new Answer(response), memory: given };
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.connection.write(bytes.subarray(at));
  }

  async #receive(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const count = await this.connection.read(bytes.subarray(at));
      if (count === null) throw new Error("The server is gone");
      at += count;
    }
    return bytes;
  }
}
