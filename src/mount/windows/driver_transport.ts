/**
 * WinFsp's driver as the other side of a session: one call for each request. For the thread that answers them, which waits
 * in it.
 *
 * @module
 */

import { isSuccess, NtStatus, ntStatus } from "../../../ffi/windows/nt_status.ts";
import type { WinFsp } from "../../../ffi/windows/winfsp/library.ts";
import { VolumeError } from "../../../ffi/windows/winfsp/volume.ts";
import type { DriverMemory, Transport } from "./transport.ts";

export class DriverTransport implements Transport, DriverMemory {
  readonly #size = new BigUint64Array(1);
  readonly #sizeBytes = new Uint8Array(this.#size.buffer);

  /** `handle`: of the volume. */
  constructor(readonly winfsp: WinFsp, readonly handle: bigint) {
    // Before this the driver refuses everybody.
    this.#check(winfsp.calls.FspFsctlTransact(handle, null, 0n, null, null, 0));
  }

  transact(response: Uint8Array<ArrayBuffer>, request: Uint8Array<ArrayBuffer>): number {
    this.#size[0] = BigInt(request.length);
    const result = this.winfsp.calls.FspFsctlTransact(
      this.handle,
      response.length === 0 ? null : response,
      BigInt(response.length),
      request,
      this.#sizeBytes,
      0,
    );
    if (ntStatus(result) === NtStatus.CANCELLED) return -1;
    this.#check(result);
    return Number(this.#size[0]);
  }

  respond(response: Uint8Array<ArrayBuffer>): void {
    const size = BigInt(response.length);
    const { FspFsctlTransact } = this.winfsp.calls;
    const result = FspFsctlTransact(this.handle, response, size, null, null, 0);
    // Once it is stopped nobody waits for answers.
    if (ntStatus(result) !== NtStatus.CANCELLED) this.#check(result);
  }

  load(address: bigint, into: Uint8Array<ArrayBuffer>): void {
    if (into.length > 0) Deno.UnsafePointerView.copyInto(pointer(address), into);
  }

  store(address: bigint, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0) return;
    const memory = Deno.UnsafePointerView.getArrayBuffer(pointer(address), bytes.length);
    new Uint8Array(memory).set(bytes);
  }

  #check(result: number): void {
    const status = ntStatus(result);
    if (!isSuccess(status)) throw new VolumeError("FspFsctlTransact", status);
  }
}

function pointer(address: bigint): Deno.PointerObject {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new Error("The driver names no memory");
  return pointer;
}
