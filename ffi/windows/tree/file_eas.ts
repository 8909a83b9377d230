/**
 * The extended attributes of an open file, whatever rights it is open with.
 *
 * @module
 */

import { Errno } from "../../errno.ts";
import { close, FileClass, queryFile } from "../file.ts";
import {
  type ExtendedAttribute,
  layExtendedAttributes,
  parseExtendedAttributes,
} from "../extended_attributes.ts";
import { Access } from "../nt_file.ts";
import { isSuccess, NtStatus, ntStatus } from "../nt_status.ts";
import { bindNtdll, check } from "../ntdll.ts";
import { reopen } from "./open_at.ts";

const nt = bindNtdll({
  NtQueryEaFile: {
    parameters: [
      ...["u64", "buffer", "buffer", "u32", "u8"] as const,
      ...["pointer", "u32", "pointer", "u8"] as const,
    ],
    result: "i32",
  },
  NtSetEaFile: { parameters: ["u64", "buffer", "buffer", "u32"], result: "i32" },
});

/** Those of one file have at most 64 kB, as NTFS packs them; here each begins at a multiple of four. */
const list = new Uint8Array(128 * 1024);
const size = new Uint32Array(1);
const sizeBytes = new Uint8Array(size.buffer);
const statusBytes = new Uint8Array(16);

/** STATUS_EAS_NOT_SUPPORTED. */
const EAS_NOT_SUPPORTED = 0xc000004f;
const FAILURES: ReadonlyMap<number, number> = new Map([
  [EAS_NOT_SUPPORTED, Errno.EOPNOTSUPP],
  [NtStatus.EA_TOO_LARGE, Errno.ERANGE],
  [NtStatus.INVALID_EA_NAME, Errno.EINVAL],
]);

/** None where the file system has no place for them, or they may not be read. */
export function easOf(handle: number): readonly ExtendedAttribute[] {
  // Most files have none: one call says so.
  if (queryFile(handle, FileClass.EA, sizeBytes) < 0 || size[0] === 0) return [];
  const readable = reopen(handle, Access.READ_EA);
  if (readable < 0) return [];
  const result = nt.NtQueryEaFile(
    ...[BigInt(readable), statusBytes, list, list.length, 0] as const,
    ...[null, 0, null, 1] as const,
  );
  close(readable);
  if (!isSuccess(ntStatus(result))) return [];
  const length = Number(new DataView(statusBytes.buffer).getBigUint64(8, true));
  return parseExtendedAttributes(list.subarray(0, length)) ?? [];
}

/** An empty value takes an attribute away. Negative if they are not set. */
export function setEas(handle: number, wanted: readonly ExtendedAttribute[]): number {
  if (wanted.length === 0) return 0;
  const writable = reopen(handle, Access.WRITE_EA);
  if (writable < 0) return writable;
  const bytes = layExtendedAttributes(wanted);
  const result = nt.NtSetEaFile(BigInt(writable), statusBytes, bytes, bytes.length);
  close(writable);
  const failure = FAILURES.get(ntStatus(result));
  return failure === undefined ? check(result) : -failure;
}
