/**
 * Files as memory: views of a section.
 *
 * @module
 */

import { bindNtdll, check } from "./ntdll.ts";

const nt = bindNtdll({
  NtCreateSection: {
    parameters: ["buffer", "u32", "pointer", "buffer", "u32", "u32", "u64"],
    result: "i32",
  },
  NtMapViewOfSection: {
    parameters: [
      ...["u64", "i64", "buffer", "u64", "u64", "buffer", "buffer"] as const,
      ...["u32", "u32", "u32"] as const,
    ],
    result: "i32",
  },
  NtUnmapViewOfSection: { parameters: ["i64", "pointer"], result: "i32" },
  NtClose: { parameters: ["u64"], result: "i32" },
});

const THIS_PROCESS = -1n;
/** SECTION_QUERY, _MAP_WRITE and _MAP_READ. */
const SECTION_ACCESS = 0x7;
const PAGE_READWRITE = 0x4;
const SEC_COMMIT = 0x8000000;
/** Children do not inherit the view. */
const VIEW_UNMAP = 2;

/** Memory of so many bytes that no file is behind; negative if it cannot be had. */
export function createSection(size: number): number {
  return makeSection(size, 0);
}

/** Memory that is bytes `[offset, offset+length)` of a section; null if it cannot be had. */
export function mapSection(
  section: number,
  offset: number,
  length: number,
): Deno.PointerObject | null {
  const base = new BigUint64Array(1);
  const result = check(nt.NtMapViewOfSection(
    BigInt(section),
    THIS_PROCESS,
    new Uint8Array(base.buffer),
    0n,
    0n,
    new Uint8Array(new BigUint64Array([BigInt(offset)]).buffer),
    new Uint8Array(new BigUint64Array([BigInt(length)]).buffer),
    VIEW_UNMAP,
    0,
    PAGE_READWRITE,
  ));
  return result < 0 ? null : Deno.UnsafePointer.create(base[0]!);
}

/**
 * Memory that is bytes `[offset, offset+length)` of a file, which is open to read and write and is so long; null if it cannot be
 * had. The file may be closed afterwards.
 */
export function mapView(
  handle: number,
  offset: number,
  length: number,
): Deno.PointerObject | null {
  const section = makeSection(0, handle);
  if (section < 0) return null;
  const address = mapSection(section, offset, length);
  // The view keeps the section.
  nt.NtClose(BigInt(section));
  return address;
}

/** Of a file, or of so many bytes where there is none. */
function makeSection(size: number, file: number): number {
  const section = new BigUint64Array(1);
  const most = size === 0 ? null : new Uint8Array(new BigUint64Array([BigInt(size)]).buffer);
  const made = check(nt.NtCreateSection(
    new Uint8Array(section.buffer),
    SECTION_ACCESS,
    null,
    most,
    PAGE_READWRITE,
    SEC_COMMIT,
    BigInt(file),
  ));
  return made < 0 ? made : Number(section[0]);
}

export function unmapView(address: Deno.PointerObject): void {
  nt.NtUnmapViewOfSection(THIS_PROCESS, address);
}
