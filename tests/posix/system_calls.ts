/**
 * System calls for the checks, through the C library. Each returns its result or `-errno`. Paths are binary
 * strings (one unit per byte), relative to a directory descriptor.
 *
 * @module
 */

import { cString } from "../../ffi/binary_string.ts";

const AT = ["i32", "buffer"] as const;
const XATTR = ["buffer", "buffer", "buffer", "usize"] as const;

const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  openat: { parameters: [...AT, "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i64" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i64" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i64" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "i64" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  truncate: { parameters: ["buffer", "i64"], result: "i32" },
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
  copy_file_range: {
    parameters: ["i32", "buffer", "i32", "buffer", "usize", "u32"],
    result: "i64",
  },
  posix_fadvise: { parameters: ["i32", "i64", "i64", "i32"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  fdatasync: { parameters: ["i32"], result: "i32" },
  syncfs: { parameters: ["i32"], result: "i32" },
  mkdirat: { parameters: [...AT, "u32"], result: "i32" },
  mknodat: { parameters: [...AT, "u32", "u64"], result: "i32" },
  unlinkat: { parameters: [...AT, "i32"], result: "i32" },
  linkat: { parameters: [...AT, ...AT, "i32"], result: "i32" },
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  readlinkat: { parameters: [...AT, "buffer", "usize"], result: "i64" },
  renameat2: { parameters: [...AT, ...AT, "u32"], result: "i32" },
  fchmodat: { parameters: [...AT, "u32", "i32"], result: "i32" },
  fchownat: { parameters: [...AT, "u32", "u32", "i32"], result: "i32" },
  faccessat: { parameters: [...AT, "i32", "i32"], result: "i32" },
  utimensat: { parameters: [...AT, "buffer", "i32"], result: "i32" },
  statx: { parameters: [...AT, "i32", "u32", "buffer"], result: "i32" },
  fstatfs: { parameters: ["i32", "buffer"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "usize"], result: "i64" },
  lsetxattr: { parameters: [...XATTR, "i32"], result: "i32" },
  lgetxattr: { parameters: [...XATTR], result: "i64" },
  llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i64" },
  lremovexattr: { parameters: ["buffer", "buffer"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  name_to_handle_at: { parameters: [...AT, "buffer", "buffer", "i32"], result: "i32" },
  fcntl_number: { name: "fcntl", parameters: ["i32", "i32", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  msync: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  fchdir: { parameters: ["i32"], result: "i32" },
  umask: { parameters: ["u32"], result: "u32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  syscall: { parameters: ["i64", "i64", "i64", "i64"], result: "i64" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The C library, or what takes its place. */
export type Library = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

const kernel: Library = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
const errno = new Deno.UnsafePointerView(kernel.__errno_location()!);
let c = kernel;

/** Has calls carried out by `library`, whose functions return `-errno` themselves, while `action` runs. */
export function withLibrary<T>(library: Library, action: () => T): T {
  c = library;
  try {
    return action();
  } finally {
    c = kernel;
  }
}

/** False while calls are carried out by something else. */
export function isKernel(): boolean {
  return c === kernel;
}

function result(value: number | bigint): number {
  return value < 0 && isKernel() ? -errno.getInt32() : Number(value);
}

type Bytes = Uint8Array<ArrayBuffer>;

export const openat = (at: number, path: string, flags: number, mode = 0o644) =>
  result(c.openat(at, cString(path), flags, mode));
export const close = (fd: number) => result(c.close(fd));
export const read = (fd: number, into: Bytes) => result(c.read(fd, into, BigInt(into.length)));
export const write = (fd: number, from: Bytes) => result(c.write(fd, from, BigInt(from.length)));
export const pread = (fd: number, into: Bytes, offset: number) =>
  result(c.pread(fd, into, BigInt(into.length), BigInt(offset)));
export const pwrite = (fd: number, from: Bytes, offset: number) =>
  result(c.pwrite(fd, from, BigInt(from.length), BigInt(offset)));
export const lseek = (fd: number, offset: number | bigint, whence: number) =>
  result(c.lseek(fd, BigInt(offset), whence));
export const ftruncate = (fd: number, size: number) => result(c.ftruncate(fd, BigInt(size)));
export const truncate = (path: string, size: number) =>
  result(c.truncate(cString(path), BigInt(size)));
export const fallocate = (fd: number, mode: number, offset: number, length: number) =>
  result(c.fallocate(fd, mode, BigInt(offset), BigInt(length)));
/** Makes the kernel forget the clean pages of a file: what is read next comes from the file system. */
export const dropPages = (fd: number) => -c.posix_fadvise(fd, 0n, 0n, POSIX_FADV_DONTNEED);
export const fsync = (fd: number) => result(c.fsync(fd));
export const fdatasync = (fd: number) => result(c.fdatasync(fd));
export const syncfs = (fd: number) => result(c.syncfs(fd));
export const mkdirat = (at: number, path: string, mode = 0o755) =>
  result(c.mkdirat(at, cString(path), mode));
export const mknodat = (at: number, path: string, mode: number, device = 0) =>
  result(c.mknodat(at, cString(path), mode, BigInt(device)));
export const unlinkat = (at: number, path: string, flags = 0) =>
  result(c.unlinkat(at, cString(path), flags));
export const linkat = (from: number, path: string, to: number, name: string, flags = 0) =>
  result(c.linkat(from, cString(path), to, cString(name), flags));
export const symlinkat = (target: string, at: number, path: string) =>
  result(c.symlinkat(cString(target), at, cString(path)));
export const renameat = (at: number, from: string, to: string, flags = 0) =>
  result(c.renameat2(at, cString(from), at, cString(to), flags));
export const fchmodat = (at: number, path: string, mode: number) =>
  result(c.fchmodat(at, cString(path), mode, 0));
/** -1 leaves an id alone. */
export const fchownat = (at: number, path: string, uid: number, gid: number, flags = 0) =>
  result(c.fchownat(at, cString(path), uid >>> 0, gid >>> 0, flags));
/** Asks with the effective ids. */
export const faccessat = (at: number, path: string, mode: number) =>
  result(c.faccessat(at, cString(path), mode, AT_EACCESS));
export const flock = (fd: number, operation: number) => result(c.flock(fd, operation));
export const fchdir = (fd: number) => result(c.fchdir(fd));
export const umask = (mask: number) => c.umask(mask);

/** Copies with explicit offsets. */
export function copyFileRange(
  from: number,
  fromOffset: number,
  to: number,
  toOffset: number,
  length: number,
): number {
  const [input, output] = [fromOffset, toOffset].map((o) => new BigInt64Array([BigInt(o)]));
  return result(c.copy_file_range(from, input!, to, output!, BigInt(length), 0));
}

export function readlinkat(at: number, path: string): string | number {
  const into = new Uint8Array(4096);
  const length = result(c.readlinkat(at, cString(path), into, 4096n));
  return length < 0 ? length : String.fromCharCode(...into.subarray(0, length));
}

/** A time to set, in seconds and nanoseconds; `UTIME_NOW` and `UTIME_OMIT` are values of the latter. */
export type Time = readonly [sec: number, nsec: number];
export const UTIME_NOW: Time = [0, 0x3fffffff];
export const UTIME_OMIT: Time = [0, 0x3ffffffe];

export function utimensat(
  at: number,
  path: string,
  times: readonly [Time, Time] | null,
  flags = 0,
) {
  const words = times === null ? null : new BigInt64Array(times.flat().map(BigInt));
  return result(c.utimensat(at, cString(path), words, flags));
}

const STATX_BASIC_STATS = 0x7ff;
export const STATX_BTIME = 0x800;

/** struct statx: which fields were filled stands first. */
export function statx(at: number, path: string, flags: number, mask: number): Bytes | number {
  const into = new Uint8Array(256);
  const empty = path === "" ? AT_EMPTY_PATH : 0;
  const status = result(c.statx(at, cString(path), flags | empty, mask, into));
  return status < 0 ? status : into;
}

/** What stat(2) tells; times in nanoseconds. */
export interface Stat {
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  ino: bigint;
  size: number;
  blocks: number;
  blockSize: number;
  atime: bigint;
  mtime: bigint;
  ctime: bigint;
  rdev: string;
  device: string;
}

/** Does not follow a last symlink unless `flags` is 0. With an empty path: `at` itself. */
export function stat(at: number, path: string, flags = AT_SYMLINK_NOFOLLOW): Stat | number {
  const into = statx(at, path, flags, STATX_BASIC_STATS);
  if (typeof into === "number") return into;
  const view = new DataView(into.buffer);
  const time = (offset: number) =>
    view.getBigInt64(offset, true) * 1_000_000_000n + BigInt(view.getUint32(offset + 8, true));
  return {
    blockSize: view.getUint32(4, true),
    nlink: view.getUint32(16, true),
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    mode: view.getUint16(28, true),
    ino: view.getBigUint64(32, true),
    size: Number(view.getBigUint64(40, true)),
    blocks: Number(view.getBigUint64(48, true)),
    atime: time(64),
    ctime: time(96),
    mtime: time(112),
    rdev: `${view.getUint32(128, true)}:${view.getUint32(132, true)}`,
    device: `${view.getUint32(136, true)}:${view.getUint32(140, true)}`,
  };
}

/** Fields of struct statfs of 64-bit Linux. */
export function fstatfs(fd: number): Record<string, number> {
  const into = new Uint8Array(120);
  result(c.fstatfs(fd, into));
  const view = new DataView(into.buffer);
  const word = (offset: number) => Number(view.getBigUint64(offset, true));
  return {
    blockSize: word(8),
    blocks: word(16),
    free: word(24),
    available: word(32),
    files: word(40),
    filesFree: word(48),
    nameLength: word(64),
    fragment: word(72),
  };
}

export interface Dirent {
  name: string;
  type: number;
  ino: bigint;
  /** Where the listing goes on behind it: all 64 bits, which are a hash on ext4. */
  offset: bigint;
}

/** One getdents64(2) with a buffer of that many bytes. */
export function getdents(fd: number, bytes = 32768): Dirent[] | number {
  const into = new Uint8Array(bytes);
  const view = new DataView(into.buffer);
  const length = result(c.getdents64(fd, into, BigInt(bytes)));
  if (length < 0) return length;
  const entries: Dirent[] = [];
  for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
    const end = into.indexOf(0, at + 19);
    entries.push({
      name: String.fromCharCode(...into.subarray(at + 19, end)),
      type: into[at + 18]!,
      ino: view.getBigUint64(at, true),
      offset: view.getBigInt64(at + 8, true),
    });
  }
  return entries;
}

export const setxattr = (path: string, name: string, value: Bytes, flags = 0) =>
  result(c.lsetxattr(cString(path), cString(name), value, BigInt(value.length), flags));
export const removexattr = (path: string, name: string) =>
  result(c.lremovexattr(cString(path), cString(name)));
/** With room for `size` bytes; the value's bytes, a size if `size` is 0, or -errno. */
export function getxattr(path: string, name: string, size = 65536): Bytes | number {
  const into = new Uint8Array(size);
  const length = result(c.lgetxattr(cString(path), cString(name), into, BigInt(size)));
  return length < 0 || size === 0 ? length : into.slice(0, length);
}
export function listxattr(path: string, size = 65536): string[] | number {
  const into = new Uint8Array(size);
  const length = result(c.llistxattr(cString(path), into, BigInt(size)));
  if (length < 0 || size === 0) return length;
  return String.fromCharCode(...into.subarray(0, length)).split("\0").slice(0, -1).sort();
}

/** Locks `[start, start+length)` (0 is to the end) as fcntl(2); F_GETLK answers the lock in the way. */
export function lock(fd: number, command: number, type: number, start = 0, length = 0): number {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, type, true);
  view.setBigInt64(8, BigInt(start), true);
  view.setBigInt64(16, BigInt(length), true);
  const status = result(c.fcntl(fd, command, bytes));
  return status < 0 || (command !== F_GETLK && command !== F_OFD_GETLK)
    ? status
    : view.getInt16(0, true);
}

/** An ioctl(2) that fills or reads a buffer. */
export const ioctl = (fd: number, request: number, argument: Bytes) =>
  result(c.ioctl(fd, BigInt(request), argument));

/** fcntl(2) with a number. */
export const control = (fd: number, command: number, argument: number) =>
  result(c.fcntl_number(fd, command, argument));

const MAX_HANDLE_BYTES = 128;

export function nameToHandle(at: number, path: string): number {
  const handle = new Uint8Array(8 + MAX_HANDLE_BYTES);
  new DataView(handle.buffer).setUint32(0, MAX_HANDLE_BYTES, true);
  return result(c.name_to_handle_at(at, cString(path), handle, new Uint8Array(8), 0));
}

export class Mapping {
  readonly bytes: Bytes;
  readonly #pointer: Deno.PointerObject;

  private constructor(pointer: Deno.PointerObject, readonly length: number) {
    this.#pointer = pointer;
    this.bytes = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, length));
  }

  static of(fd: number, length: number, protection: number, flags: number, offset = 0) {
    const pointer = c.mmap(null, BigInt(length), protection, flags, fd, BigInt(offset));
    const failed = pointer === null || Deno.UnsafePointer.value(pointer) === 2n ** 64n - 1n;
    return failed ? -errno.getInt32() : new Mapping(pointer, length);
  }

  sync(flags = MS_SYNC): number {
    return result(c.msync(this.#pointer, BigInt(this.length), flags));
  }

  end(): number {
    return result(c.munmap(this.#pointer, BigInt(this.length)));
  }
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;

/** A UNIX socket bound (or connected) to a path; its descriptor or -errno. */
export function unixSocket(path: string, how: "bind" | "connect"): number {
  const fd = result(c.socket(AF_UNIX, SOCK_STREAM, 0));
  const address = new Uint8Array(110);
  address[0] = AF_UNIX;
  address.set(cString(path), 2);
  const status = result(c[how](fd, address, address.length));
  if (status >= 0) return fd;
  close(fd);
  return status;
}

const ARM = Deno.build.arch === "aarch64";
const SYS_SETGROUPS = ARM ? 159 : 116;
const SYS_SETRESUID = ARM ? 147 : 117;
const SYS_SETRESGID = ARM ? 149 : 119;

/** Effective ids of this thread alone: the C library would set them for all. Real ids stay. */
export function setEffectiveIds(uid: number, gid: number): void {
  const call = (...parameters: [number, number, number, number]) => {
    const [a, b, d, e] = parameters.map(BigInt) as [bigint, bigint, bigint, bigint];
    const status = result(c.syscall(a, b, d, e));
    if (status < 0) throw new Error(`Cannot act as user ${uid}: errno ${-status}`);
  };
  call(SYS_SETRESUID, -1, 0, -1);
  call(SYS_SETGROUPS, 0, 0, 0);
  call(SYS_SETRESGID, -1, gid, -1);
  call(SYS_SETRESUID, -1, uid, -1);
}

export const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EACCESS = 0x200;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_EMPTY_PATH = 0x1000;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DSYNC = 0o10000;
export const O_SYNC = 0o4010000;
export const O_DIRECT = ARM ? 0o200000 : 0o40000;
export const O_DIRECTORY = ARM ? 0o40000 : 0o200000;
export const O_NOFOLLOW = ARM ? 0o100000 : 0o400000;
export const O_NOATIME = 0o1000000;
export const O_PATH = 0o10000000;
export const O_TMPFILE = 0o20000000 | O_DIRECTORY;

export const S_IFIFO = 0o010000;
export const S_IFCHR = 0o020000;
export const S_IFBLK = 0o060000;
export const S_IFREG = 0o100000;
export const S_IFSOCK = 0o140000;

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;
export const RENAME_WHITEOUT = 4;

export const FALLOC_KEEP_SIZE = 0x01;
export const FALLOC_PUNCH_HOLE = 0x02;
export const FALLOC_COLLAPSE_RANGE = 0x08;
export const FALLOC_ZERO_RANGE = 0x10;
export const FALLOC_INSERT_RANGE = 0x20;

const POSIX_FADV_DONTNEED = 4;

export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

export const F_GETLK = 5;
export const F_SETLK = 6;
export const F_OFD_GETLK = 36;
export const F_OFD_SETLK = 37;
export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;

export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MS_SYNC = 4;

export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;
