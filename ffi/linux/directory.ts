/**
 * Reading directories and symbolic links.
 *
 * @module
 */

import { binaryName } from "../binary_string.ts";
import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  getdents64: { name: "syscall", parameters: ["i64", "i64", "buffer", "usize"], result: "i32" },
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
});

/** The C library has it as a function since 2.30 only. */
const SYS_GETDENTS64 = Deno.build.arch === "aarch64" ? 61n : 217n;

/** A line of a directory listing: d_type is as DT_REG and friends, 0 where the file system does not say. */
export interface DirectoryEntry {
  name: string;
  type: number;
}

const DENTS_BYTES = 64 * 1024;
const buffer = new Uint8Array(DENTS_BYTES);
const view = new DataView(buffer.buffer);

/** Reads the whole of an open directory, without `.` and `..`. Returns -errno if it cannot. */
export function readDirectory(fd: number): DirectoryEntry[] | number {
  const entries: DirectoryEntry[] = [];
  while (true) {
    const length = check(
      libc.getdents64(SYS_GETDENTS64, BigInt(fd), buffer, BigInt(DENTS_BYTES)),
    );
    if (length < 0) return length;
    if (length === 0) return entries;
    for (let offset = 0; offset < length;) {
      const next = offset + view.getUint16(offset + 16, true);
      let end = offset + 19;
      while (buffer[end] !== 0) end++;
      const name = binaryName(buffer, offset + 19, end);
      if (name !== "." && name !== "..") entries.push({ name, type: buffer[offset + 18]! });
      offset = next;
    }
  }
}

export function readlinkat(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.readlinkat(directory, path, into, BigInt(into.length)));
}
