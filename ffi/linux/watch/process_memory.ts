/**
 * Reading the memory of other processes (Linux, process_vm_readv(2)).
 *
 * @module
 */

import { bindLibc, check } from "../libc.ts";

const libc = bindLibc({
  process_vm_readv: {
    parameters: ["i32", "buffer", "u64", "buffer", "u64", "u64"],
    result: "i32",
  },
});

const PAGE = 4096;
const iovecs = new BigUint64Array(4);
const local = new Uint8Array(iovecs.buffer, 0, 16);
const remote = new Uint8Array(iovecs.buffer, 16, 16);

/** Reads up to `length` bytes at an address; how many there were, or -errno. A range that runs into nothing is short. */
export function readMemory(
  pid: number,
  address: bigint,
  into: Uint8Array<ArrayBuffer>,
  length = into.length,
): number {
  iovecs.set([
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(into)),
    BigInt(length),
    address,
    BigInt(length),
  ]);
  return check(libc.process_vm_readv(pid, local, 1n, remote, 1n, 0n));
}

const MOST = 4096;
const bytes = new Uint8Array(PAGE);

/** The string at an address, without its NUL, at most 4 KiB; null if there is none. Never reads across a page at once. */
export function readString(pid: number, address: bigint): string | null {
  let text = "";
  while (text.length < MOST) {
    const left = PAGE - Number(address % BigInt(PAGE));
    const length = readMemory(pid, address, bytes, left);
    if (length <= 0) return null;
    const end = bytes.subarray(0, length).indexOf(0);
    for (let i = 0; i < (end < 0 ? length : end); i++) text += String.fromCharCode(bytes[i]!);
    if (end >= 0) return text;
    address += BigInt(length);
  }
  return text;
}
