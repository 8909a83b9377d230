/**
 * Files by handle. A handle is a small number, and stands where other systems have descriptors.
 *
 * All that is opened may be renamed and removed meanwhile, as everywhere else. Locks are of a byte that no file has: those of
 * Windows keep others from reading what is locked.
 *
 * @module
 */

import { Errno } from "../errno.ts";
import { textOfBytes } from "../binary_string.ts";
import { Access, CreateOption, Disposition, FileAttribute } from "./nt_file.ts";
import { NtStatus, ntStatus } from "./nt_status.ts";
import { bindKernel32, bindNtdll, check } from "./ntdll.ts";
import { parseHandlePath } from "./handle_path.ts";
import { shownName } from "./names_utf16.ts";
import { type NtObject, ntObject, ntObjectBytes } from "./nt_object.ts";

const nt = bindNtdll({
  NtCreateFile: {
    parameters: [
      ...["buffer", "u32", "buffer", "buffer", "pointer"] as const,
      ...["u32", "u32", "u32", "u32", "pointer", "u32"] as const,
    ],
    result: "i32",
  },
  NtReadFile: {
    parameters: ["u64", "u64", "u64", "u64", "buffer", "buffer", "u32", "buffer", "pointer"],
    result: "i32",
  },
  NtWriteFile: {
    parameters: ["u64", "u64", "u64", "u64", "buffer", "buffer", "u32", "buffer", "pointer"],
    result: "i32",
  },
  NtFlushBuffersFile: { parameters: ["u64", "buffer"], result: "i32" },
  NtQueryInformationFile: {
    parameters: ["u64", "buffer", "buffer", "u32", "u32"],
    result: "i32",
  },
  NtSetInformationFile: { parameters: ["u64", "buffer", "buffer", "u32", "u32"], result: "i32" },
  NtQueryVolumeInformationFile: {
    parameters: ["u64", "buffer", "buffer", "u32", "u32"],
    result: "i32",
  },
  NtFsControlFile: {
    parameters: [
      ...["u64", "u64", "u64", "u64", "buffer", "u32"] as const,
      ...["buffer", "u32", "buffer", "u32"] as const,
    ],
    result: "i32",
  },
  NtQueryDirectoryFile: {
    parameters: [
      ...["u64", "u64", "u64", "u64", "buffer", "buffer", "u32", "u32"] as const,
      ...["u8", "pointer", "u8"] as const,
    ],
    result: "i32",
  },
  NtClose: { parameters: ["u64"], result: "i32" },
});

const kernel = bindKernel32({
  LockFileEx: { parameters: ["u64", "u32", "u32", "u32", "u32", "buffer"], result: "i32" },
});

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_DIRECTORY = 0o200000;
const ACCESS_MODE = 3;
const MODE_WRITABLE = 0o200;

const SHARE_ALL = 7;
/** Each call ends before it returns, and is not woken by others. */
const SYNCHRONOUS = 0x20;

const status = new BigUint64Array(2);
const statusBytes = new Uint8Array(status.buffer);
const position = new BigUint64Array(1);
const positionBytes = new Uint8Array(position.buffer);

/** An absolute path as the kernel names it. */
function ntPath(path: string): string {
  const native = path.replaceAll("/", "\\");
  if (native.startsWith("\\\\?\\")) return `\\??\\${native.slice(4)}`;
  return native.startsWith("\\\\") ? `\\??\\UNC\\${native.slice(2)}` : `\\??\\${native}`;
}

/** How something is opened, in NtCreateFile's words. */
export interface Opening {
  readonly access: number;
  readonly options?: number;
  readonly disposition?: number;
  /** Of what is made. */
  readonly attributes?: number;
}

/** A handle; negative if it cannot be opened. */
export function openObject(
  object: NtObject,
  { access, options = 0, disposition = Disposition.OPEN, attributes = 0 }: Opening,
): number {
  const handle = new BigUint64Array(1);
  const result = check(nt.NtCreateFile(
    new Uint8Array(handle.buffer),
    access | Access.SYNCHRONIZE,
    ntObjectBytes(object),
    statusBytes,
    null,
    attributes,
    SHARE_ALL,
    disposition,
    SYNCHRONOUS | options,
    null,
    0,
  ));
  return result < 0 ? result : Number(handle[0]);
}

/** `path` is absolute, and ended by a NUL; or that of an open file ({@linkcode handlePath}). */
export function open(path: Uint8Array<ArrayBuffer>, flags: number, mode = 0): number {
  return openObject(objectOf(path), openingOf(flags, mode));
}

/** What is at a path, as {@linkcode open} takes one. */
export function objectOf(path: Uint8Array<ArrayBuffer>): NtObject {
  const inHandle = parseHandlePath(path);
  if (inHandle !== null) return ntObject(shownName(inHandle.name), inHandle.handle);
  return ntObject(ntPath(textOfBytes(path.subarray(0, path.indexOf(0)))));
}

/** What open(2) is asked for. */
export function openingOf(flags: number, mode: number): Opening {
  return {
    access: accessOf(flags),
    options: (flags & O_DIRECTORY) !== 0 ? CreateOption.DIRECTORY_FILE : 0,
    disposition: dispositionOf(flags),
    attributes: (flags & O_CREAT) !== 0 && (mode & MODE_WRITABLE) === 0
      ? FileAttribute.READONLY
      : FileAttribute.NORMAL,
  };
}

function accessOf(flags: number): number {
  const read = Access.READ_DATA | Access.READ_EA | Access.READ_CONTROL;
  const write = Access.WRITE_DATA | Access.APPEND_DATA | Access.WRITE_EA | Access.WRITE_ATTRIBUTES;
  const mode = flags & ACCESS_MODE;
  return Access.READ_ATTRIBUTES | (mode === O_WRONLY ? 0 : read) |
    (mode === O_RDONLY ? 0 : write);
}

function dispositionOf(flags: number): number {
  if ((flags & O_CREAT) === 0) {
    return (flags & O_TRUNC) !== 0 ? Disposition.OVERWRITE : Disposition.OPEN;
  }
  if ((flags & O_EXCL) !== 0) return Disposition.CREATE;
  return (flags & O_TRUNC) !== 0 ? Disposition.OVERWRITE_IF : Disposition.OPEN_IF;
}

export function close(handle: number): number {
  return check(nt.NtClose(BigInt(handle)));
}

export function pread(
  handle: number,
  into: Uint8Array<ArrayBuffer>,
  offset: number,
  length = into.length,
): number {
  position[0] = BigInt(offset);
  const result = nt.NtReadFile(
    BigInt(handle),
    0n,
    0n,
    0n,
    statusBytes,
    into,
    length,
    positionBytes,
    null,
  );
  if (ntStatus(result) === NtStatus.END_OF_FILE) return 0;
  const failed = check(result);
  return failed < 0 ? failed : Number(status[1]);
}

export function pwrite(
  handle: number,
  from: Uint8Array<ArrayBuffer>,
  offset: number,
  length = from.length,
): number {
  position[0] = BigInt(offset);
  const result = check(
    nt.NtWriteFile(BigInt(handle), 0n, 0n, 0n, statusBytes, from, length, positionBytes, null),
  );
  return result < 0 ? result : Number(status[1]);
}

/** What a directory has is in the journal of NTFS: there is nothing to flush. */
export function fsync(handle: number): number {
  const result = check(nt.NtFlushBuffersFile(BigInt(handle), statusBytes));
  return result === -Errno.EACCES && isDirectory(handle) ? 0 : result;
}

/** Sets what `bytes` say. */
export function setFile(handle: number, kind: number, bytes: Uint8Array<ArrayBuffer>): number {
  return check(nt.NtSetInformationFile(BigInt(handle), statusBytes, bytes, bytes.length, kind));
}

/** What of a file is in the kernel's hands: reparse points and ranges. Bytes that came; a list that is cut is no failure. */
export function controlFile(
  handle: number,
  code: number,
  given: Uint8Array<ArrayBuffer> | null,
  into: Uint8Array<ArrayBuffer> | null,
): number {
  const result = check(nt.NtFsControlFile(
    ...[BigInt(handle), 0n, 0n, 0n, statusBytes, code] as const,
    ...[given, given?.length ?? 0, into, into?.length ?? 0] as const,
  ));
  return result < 0 ? result : Number(status[1]);
}

/** Writes lines of a directory, of a class of FILE_INFORMATION_CLASS. Bytes that came; 0 if there are no more. */
export function queryDirectory(
  handle: number,
  kind: number,
  into: Uint8Array<ArrayBuffer>,
  fromStart: boolean,
): number {
  const result = nt.NtQueryDirectoryFile(
    ...[BigInt(handle), 0n, 0n, 0n, statusBytes, into, into.length, kind] as const,
    ...[0, null, fromStart ? 1 : 0] as const,
  );
  if (NO_MORE.has(ntStatus(result))) return 0;
  const failed = check(result);
  return failed < 0 ? failed : Number(status[1]);
}

/** STATUS_NO_MORE_FILES; STATUS_NO_SUCH_FILE of a directory that has not even itself. */
const NO_MORE: ReadonlySet<number> = new Set([0x80000006, 0xc000000f]);

const information = new Uint8Array(64);
const informationView = new DataView(information.buffer);

/** What of a file is told. The classes are those of FILE_INFORMATION_CLASS. */
export function queryFile(handle: number, kind: number, into: Uint8Array<ArrayBuffer>): number {
  return check(nt.NtQueryInformationFile(BigInt(handle), statusBytes, into, into.length, kind));
}

export function queryVolume(handle: number, kind: number, into: Uint8Array<ArrayBuffer>): number {
  return check(
    nt.NtQueryVolumeInformationFile(BigInt(handle), statusBytes, into, into.length, kind),
  );
}

/** Classes of information. */
export const FileClass = {
  FULL_DIRECTORY: 2,
  BASIC: 4,
  STANDARD: 5,
  INTERNAL: 6,
  EA: 7,
  RENAME: 10,
  LINK: 11,
  DISPOSITION: 13,
  ALLOCATION: 19,
  END: 20,
  STREAM: 22,
  TAG: 35,
  DISPOSITION_EX: 64,
  RENAME_EX: 65,
} as const;
export const VolumeClass = { VOLUME: 1, FULL_SIZE: 7 } as const;

/** FILE_STANDARD_INFORMATION. */
export const STANDARD = { SIZE_OF: 24, ALLOCATION: 0, SIZE: 8, LINKS: 16, DIRECTORY: 21 } as const;

function isDirectory(handle: number): boolean {
  const standard = information.subarray(0, STANDARD.SIZE_OF);
  return queryFile(handle, FileClass.STANDARD, standard) === 0 &&
    standard[STANDARD.DIRECTORY] === 1;
}

export function ftruncate(handle: number, size: number): number {
  return setSize(handle, FileClass.END, size);
}

/** The range has space, and the file is at least so long. `mode` is 0: nothing else is done here. */
export function fallocate(handle: number, mode: number, offset: number, length: number): number {
  if (mode !== 0) return -Errno.EOPNOTSUPP;
  const standard = information.subarray(0, STANDARD.SIZE_OF);
  let result = queryFile(handle, FileClass.STANDARD, standard);
  if (result < 0) return result;
  const allocated = Number(informationView.getBigInt64(STANDARD.ALLOCATION, true));
  const size = Number(informationView.getBigInt64(STANDARD.SIZE, true));
  const end = offset + length;
  // Less than there is would cut the file.
  if (end > allocated) result = setSize(handle, FileClass.ALLOCATION, end);
  if (result < 0) return result;
  return end > size ? ftruncate(handle, end) : 0;
}

function setSize(handle: number, kind: number, size: number): number {
  position[0] = BigInt(size);
  return check(nt.NtSetInformationFile(BigInt(handle), statusBytes, positionBytes, 8, kind));
}

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
/** For LockFileEx. */
const FAIL_IMMEDIATELY = 1;
const EXCLUSIVE = 2;
/** OVERLAPPED: where, which is where no file has a byte. */
const LOCKED = new Uint8Array(32);
new DataView(LOCKED.buffer).setUint32(20, 0x4000_0000, true);

/** As flock(2), but for what is locked already. The lock ends with the handle. */
export function flock(handle: number, operation: number): number {
  const isWaiting = (operation & LOCK_NB) === 0;
  const flags = (isWaiting ? 0 : FAIL_IMMEDIATELY) | ((operation & LOCK_EX) === 0 ? 0 : EXCLUSIVE);
  if (kernel.LockFileEx(BigInt(handle), flags, 0, 1, 0, LOCKED) !== 0) return 0;
  return isWaiting ? -Errno.EIO : -Errno.EAGAIN;
}
