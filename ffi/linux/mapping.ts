/**
 * Files as memory (mmap(2), Linux).
 *
 * @module
 */

import { bindLibc } from "./libc.ts";

const libc = bindLibc({
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
});

const PROT_READ = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** What mmap(2) returns when it fails. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** Offsets of mappings are multiples of this on every machine this runs on. */
export const MAPPING_ALIGNMENT = 64 * 1024;

export interface Mapping {
  /** The file's bytes. Not to be touched after {@linkcode unmap}, nor where the file has no blocks. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  unmap(): void;
}

/** Bytes `[offset, offset+length)` of an open file, to read and write; null if they cannot be mapped. */
export function mapFile(fd: number, offset: number, length: number): Mapping | null {
  return map(fd, offset, length, PROT_READ_WRITE);
}

/** As {@linkcode mapFile}, to read only: writing to it ends the process. */
export function mapFileToRead(fd: number, offset: number, length: number): Mapping | null {
  return map(fd, offset, length, PROT_READ);
}

function map(fd: number, offset: number, length: number, protection: number): Mapping | null {
  const address = libc.mmap(
    null,
    BigInt(length),
    protection,
    MAP_SHARED,
    fd,
    BigInt(offset),
  );
  if (address === null || BigInt(Deno.UnsafePointer.value(address)) === MAP_FAILED) return null;
  return {
    bytes: new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, length)),
    unmap: () => void libc.munmap(address, BigInt(length)),
  };
}
