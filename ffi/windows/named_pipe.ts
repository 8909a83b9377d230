/**
 * Named pipes that only one user can open, and nobody over the network. Reads and writes are under way at the same time, as
 * many as there are.
 *
 * @module
 */

import { Access, Disposition } from "./nt_file.ts";
import { type Ended, watchEnds, whenEnded } from "./completion_port.ts";
import { isSuccess, ntStatus } from "./nt_status.ts";
import { bindKernel32, bindNtdll } from "./ntdll.ts";
import { ntObject, ntObjectBytes } from "./nt_object.ts";
import { layDescriptor, parseDescriptor, sidBytes } from "./security_descriptor.ts";
import { wideString } from "./wide_string.ts";

const nt = bindNtdll({
  NtCreateFile: {
    parameters: [
      ...["buffer", "u32", "buffer", "buffer", "pointer"] as const,
      ...["u32", "u32", "u32", "u32", "pointer", "u32"] as const,
    ],
    result: "i32",
  },
  NtFsControlFile: {
    parameters: [
      ...["u64", "u64", "u64", "u64", "buffer"] as const,
      ...["u32", "pointer", "u32", "pointer", "u32"] as const,
    ],
    result: "i32",
  },
  NtReadFile: {
    parameters: ["u64", "u64", "u64", "u64", "buffer", "buffer", "u32", "pointer", "pointer"],
    result: "i32",
  },
  NtWriteFile: {
    parameters: ["u64", "u64", "u64", "u64", "buffer", "buffer", "u32", "pointer", "pointer"],
    result: "i32",
  },
  NtQuerySecurityObject: { parameters: ["u64", "u32", "buffer", "u32", "buffer"], result: "i32" },
  NtClose: { parameters: ["u64"], result: "i32" },
});
const kernel = bindKernel32({
  CreateNamedPipeW: {
    parameters: ["buffer", "u32", "u32", "u32", "u32", "u32", "u32", "buffer"],
    result: "u64",
  },
  CancelIoEx: { parameters: ["u64", "pointer"], result: "i32" },
  GetNamedPipeClientProcessId: { parameters: ["u64", "buffer"], result: "i32" },
});

const DUPLEX = 3;
const OVERLAPPED = 0x4000_0000;
const FIRST_INSTANCE = 0x80000;
const REJECT_REMOTE = 8;
const MOST_INSTANCES = 255;
const BUFFER_BYTES = 64 * 1024;
const INVALID_HANDLE = 0xffff_ffff_ffff_ffffn;
const LISTEN = 0x110008;
const OWNER_INFORMATION = 1;
const SYSTEM = sidBytes("S-1-5-18");

/** Statuses that pipes have. */
export const PipeStatus = { NOT_AVAILABLE: 0xc00000ac, CONNECTED: 0xc00000b2 } as const;

/** Makes an instance that clients can open; null if the name is somebody's, or `isFirst` and there is one. */
export function createPipe(name: string, user: Uint8Array, isFirst: boolean): number | null {
  const dacl = [user, SYSTEM].map((sid) => ({ allows: true, mask: Access.ALL, sid }));
  const descriptor = layDescriptor({ owner: user, group: null, dacl });
  const attributes = new DataView(new ArrayBuffer(24));
  attributes.setUint32(0, attributes.byteLength, true);
  attributes.setBigUint64(8, Deno.UnsafePointer.value(Deno.UnsafePointer.of(descriptor)), true);
  const handle = BigInt(kernel.CreateNamedPipeW(
    new Uint8Array(wideString(`\\\\.\\pipe\\${name}`).buffer),
    DUPLEX | OVERLAPPED | (isFirst ? FIRST_INSTANCE : 0),
    REJECT_REMOTE,
    MOST_INSTANCES,
    BUFFER_BYTES,
    BUFFER_BYTES,
    0,
    new Uint8Array(attributes.buffer),
  ));
  if (handle === INVALID_HANDLE) return null;
  if (isSuccess(watchEnds(Number(handle)))) return Number(handle);
  nt.NtClose(handle);
  return null;
}

/** Opens a pipe, as a client. Fills in the handle; returns an NTSTATUS. */
export function openPipe(name: string): { readonly status: number; readonly handle: number } {
  const handle = new BigUint64Array(1);
  const object = ntObject(`\\??\\pipe\\${name}`);
  const result = nt.NtCreateFile(
    new Uint8Array(handle.buffer),
    Access.READ_DATA | Access.WRITE_DATA | Access.READ_ATTRIBUTES | Access.READ_CONTROL |
      Access.SYNCHRONIZE,
    ntObjectBytes(object),
    new Uint8Array(new ArrayBuffer(16)),
    null,
    0,
    0,
    Disposition.OPEN,
    0,
    null,
    0,
  );
  const opened = ntStatus(result);
  if (!isSuccess(opened)) return { status: opened, handle: 0 };
  const status = watchEnds(Number(handle[0]));
  if (!isSuccess(status)) nt.NtClose(handle[0]!);
  return { status, handle: Number(handle[0]) };
}

/** SID of who made the pipe; null if that is not told. */
export function ownerOf(handle: number): Uint8Array | null {
  const room = new Uint8Array(new ArrayBuffer(256));
  const needed = new Uint8Array(new ArrayBuffer(4));
  const { length } = room;
  const result = nt.NtQuerySecurityObject(BigInt(handle), OWNER_INFORMATION, room, length, needed);
  return isSuccess(ntStatus(result)) ? parseDescriptor(room)?.owner ?? null : null;
}

/** Process that opened this instance; 0 if that is not told. */
export function clientOf(handle: number): number {
  const id = new Uint32Array(1);
  return kernel.GetNamedPipeClientProcessId(BigInt(handle), new Uint8Array(id.buffer)) === 0
    ? 0
    : id[0]!;
}

/** Resolves when a client has opened this instance. */
export function listen(handle: number): Promise<Ended> {
  return whenEnded(
    null,
    (context, ended) =>
      nt.NtFsControlFile(BigInt(handle), 0n, 0n, BigInt(context), ended, LISTEN, null, 0, null, 0),
  );
}

export function readPipe(handle: number, into: Uint8Array<ArrayBuffer>): Promise<Ended> {
  return whenEnded(
    into,
    (context, ended) =>
      nt.NtReadFile(BigInt(handle), 0n, 0n, BigInt(context), ended, into, into.length, null, null),
  );
}

export function writePipe(handle: number, from: Uint8Array<ArrayBuffer>): Promise<Ended> {
  return whenEnded(
    from,
    (context, ended) =>
      nt.NtWriteFile(BigInt(handle), 0n, 0n, BigInt(context), ended, from, from.length, null, null),
  );
}

/** What is under way ends. */
export function closePipe(handle: number): void {
  kernel.CancelIoEx(BigInt(handle), null);
  nt.NtClose(BigInt(handle));
}
