/**
 * The C library calls the program needs, straight from TypeScript (Linux, glibc).
 *
 * Calls that can fail return the result, or `-errno` as a negative number: nothing here throws and
 * nothing decides. Paths are NUL-terminated byte buffers ({@linkcode cString}), because names on Linux
 * are bytes. Sizes and offsets are numbers below 2^53. Every call blocks its thread, so only threads that
 * may block use them.
 *
 * Sizes that never exceed 2^31 are declared `i32` although C says `ssize_t`: the low half of the
 * register is the same and no BigInt is made on the hot path.
 *
 * @module
 */

const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  fdatasync: { parameters: ["i32"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  flistxattr: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  fgetxattr: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  lgetxattr: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "i32" },
  statfs: { parameters: ["buffer", "buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i64"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  umask: { parameters: ["u32"], result: "u32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
  setsid: { parameters: [], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  syscall: { parameters: ["i64", "i64", "buffer", "buffer", "i64"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const libc = Deno.dlopen("libc.so.6", SYMBOLS).symbols as unknown as NumberCalls;

type Calls = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;
type NumberParameters<P extends readonly unknown[]> = {
  [I in keyof P]: P[I] extends bigint ? number : P[I];
};
/** 64-bit parameters take a safe integer as well as a bigint; Deno's types name only the latter. */
type NumberCalls = {
  [K in keyof Calls]: Calls[K] extends (...parameters: infer P) => infer R
    ? (...parameters: NumberParameters<P>) => R
    : never;
};

/** errno is per thread; so is this module, since every worker evaluates its own copy. */
const errnoView = new Deno.UnsafePointerView(libc.__errno_location()!);

function check(result: number): number {
  return result < 0 ? -errnoView.getInt32() : result;
}

/** A binary string (one unit per byte) as NUL-terminated bytes. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

/** A path of the command line or the environment (Unicode) as a binary string. */
export function binaryString(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) plain = text.charCodeAt(i) < 0x80;
  if (plain) return text;
  const bytes = utf8.encode(text);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return binary;
}

/** A binary string for people: as UTF-8 if it is valid, else with each byte above 0x7f as `\xNN`. */
export function displayString(binary: string): string {
  let plain = true;
  for (let i = 0; i < binary.length && plain; i++) plain = binary.charCodeAt(i) < 0x80;
  if (plain) return binary;
  try {
    return utf8Decoder.decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)));
  } catch {
    return binary.replace(
      /[\x80-\xff]/g,
      (c) => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0"),
    );
  }
}

// Flags of open(2), x86_64 and aarch64 where they agree; those that differ are noted.
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
/** aarch64 has these two swapped around with O_DIRECT and O_LARGEFILE. */
export const O_DIRECTORY = Deno.build.arch === "aarch64" ? 0o40000 : 0o200000;
export const O_NOFOLLOW = Deno.build.arch === "aarch64" ? 0o100000 : 0o400000;
export const O_PATH = 0o10000000;
export const O_NOATIME = 0o1000000;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_EMPTY_PATH = 0x1000;

export const SEEK_SET = 0;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

export const POLLIN = 1;
export const POLLERR = 8;
export const POLLHUP = 16;

export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

export const MNT_FORCE = 1;
export const MNT_DETACH = 2;

export const FALLOC_FL_KEEP_SIZE = 1;
export const FALLOC_FL_PUNCH_HOLE = 2;

/** errno values, the same on every Linux architecture this program runs on. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EPROTO: 71,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  ENOTCONN: 107,
  ESTALE: 116,
  EDQUOT: 122,
} as const;

export function open(path: Uint8Array<ArrayBuffer>, flags: number, mode = 0): number {
  return check(libc.open(path, flags | O_CLOEXEC, mode));
}

export function openat(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  flags: number,
  mode = 0,
): number {
  return check(libc.openat(directory, path, flags | O_CLOEXEC, mode));
}

const openHow = new BigUint64Array(3);
const SYS_OPENAT2 = 437;
const RESOLVE_NO_MAGICLINKS = 0x02n;
const RESOLVE_NO_SYMLINKS = 0x04n;
const RESOLVE_BENEATH = 0x08n;

/**
 * openat2(2) that never leaves `directory` and follows no symlink at any component
 * (the last one only opens with O_PATH or O_NOFOLLOW semantics: it answers ELOOP otherwise).
 */
export function openBeneath(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  flags: number,
): number {
  openHow[0] = BigInt(flags | O_CLOEXEC);
  openHow[1] = 0n;
  openHow[2] = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return check(libc.syscall(SYS_OPENAT2, directory, path, openHow, 24));
}

export function close(fd: number): number {
  return check(libc.close(fd));
}

export function read(fd: number, into: Uint8Array<ArrayBuffer>, length = into.length): number {
  return check(libc.read(fd, into, length));
}

export function write(fd: number, from: Uint8Array<ArrayBuffer>, length = from.length): number {
  return check(libc.write(fd, from, length));
}

/** Reads at `offset`. May be short, as pread(2). */
export function pread(
  fd: number,
  into: Uint8Array<ArrayBuffer>,
  offset: number,
  length = into.length,
): number {
  return check(libc.pread(fd, into, length, offset));
}

/** Writes at `offset`. May be short, as pwrite(2). */
export function pwrite(
  fd: number,
  from: Uint8Array<ArrayBuffer>,
  offset: number,
  length = from.length,
): number {
  return check(libc.pwrite(fd, from, length, offset));
}

export function ftruncate(fd: number, size: number): number {
  return check(libc.ftruncate(fd, size));
}

export function fallocate(fd: number, mode: number, offset: number, length: number): number {
  return check(libc.fallocate(fd, mode, offset, length));
}

export function fsync(fd: number): number {
  return check(libc.fsync(fd));
}

export function fdatasync(fd: number): number {
  return check(libc.fdatasync(fd));
}

export function lseek(fd: number, offset: number, whence: number): number {
  const result = Number(libc.lseek(fd, offset, whence));
  return result < 0 ? -errnoView.getInt32() : result;
}

export function getdents64(fd: number, into: Uint8Array<ArrayBuffer>): number {
  return check(libc.getdents64(fd, into, into.length));
}

export function readlinkat(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.readlinkat(directory, path, into, into.length));
}

/** NUL-separated names. ERANGE if `into` is too small; with a length of 0 the size needed. */
export function flistxattr(fd: number, into: Uint8Array<ArrayBuffer>): number {
  return check(libc.flistxattr(fd, into, into.length));
}

export function fgetxattr(
  fd: number,
  name: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.fgetxattr(fd, name, into, into.length));
}

export function llistxattr(
  path: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.llistxattr(path, into, into.length));
}

export function lgetxattr(
  path: Uint8Array<ArrayBuffer>,
  name: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.lgetxattr(path, name, into, into.length));
}

/** Fills the 120-byte struct statfs of 64-bit Linux. */
export function statfs(path: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>): number {
  return check(libc.statfs(path, into));
}

/** `fds` is an array of struct pollfd {i32 fd; i16 events; i16 revents}. Timeout in ms, -1 for none. */
export function poll(fds: Uint8Array<ArrayBuffer>, count: number, timeout: number): number {
  return check(libc.poll(fds, count, timeout));
}

export const EFD_CLOEXEC = 0o2000000;
export const EFD_NONBLOCK = 0o4000;

export function eventfd(initial: number, flags: number): number {
  return check(libc.eventfd(initial, flags));
}

export function dup(fd: number): number {
  return check(libc.dup(fd));
}

/** The copy does not carry O_CLOEXEC: this is how a child inherits a descriptor. */
export function dup2(fd: number, target: number): number {
  return check(libc.dup2(fd, target));
}

const F_GETFL = 3;
const F_SETFL = 4;

/** Sets O_NONBLOCK on the open file description, also for those who share it. */
export function setNonblocking(fd: number): number {
  const flags = check(libc.fcntl(fd, F_GETFL, 0));
  return flags < 0 ? flags : check(libc.fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

export function flock(fd: number, operation: number): number {
  return check(libc.flock(fd, operation));
}

/** Returns the previous mask. */
export function umask(mask: number): number {
  return libc.umask(mask);
}

export function umount2(path: Uint8Array<ArrayBuffer>, flags: number): number {
  return check(libc.umount2(path, flags));
}

export function setsid(): number {
  return check(libc.setsid());
}

const timespec = new Uint8Array(16);
const timespecView = new DataView(timespec.buffer);
const CLOCK_REALTIME = 0;

/** A point in time: whole seconds since 1970 and 0 to 999 999 999 nanoseconds. */
export interface Timestamp {
  sec: number;
  nsec: number;
}

/** Reads the real-time clock into `into`, without making an object. */
export function readClock(into: Timestamp): void {
  libc.clock_gettime(CLOCK_REALTIME, timespec);
  into.sec = timespecView.getUint32(0, true) + timespecView.getInt32(4, true) * 2 ** 32;
  into.nsec = timespecView.getUint32(8, true);
}

/** STATX_BASIC_STATS. */
const STATX_MASK = 0x7ff;
const statxBuffer = new Uint8Array(256);
const statxView = new DataView(statxBuffer.buffer);

/** What stat(2) tells, numbers below 2^53 except where noted. */
export interface Stat {
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  /** As the kernel's new_encode_dev: minor low byte, major << 8, rest of minor << 12. */
  rdev: number;
  size: number;
  /** 512-byte units. */
  blocks: number;
  /** Full 64 bits may not fit: then it is `inoHigh * 2^32 + inoLow` rounded. Use the halves to be exact. */
  ino: number;
  inoLow: number;
  inoHigh: number;
  atimeSec: number;
  atimeNsec: number;
  mtimeSec: number;
  mtimeNsec: number;
  ctimeSec: number;
  ctimeNsec: number;
  devMajor: number;
  devMinor: number;
}

export function emptyStat(): Stat {
  return {
    mode: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    rdev: 0,
    size: 0,
    blocks: 0,
    ino: 0,
    inoLow: 0,
    inoHigh: 0,
    atimeSec: 0,
    atimeNsec: 0,
    mtimeSec: 0,
    mtimeNsec: 0,
    ctimeSec: 0,
    ctimeNsec: 0,
    devMajor: 0,
    devMinor: 0,
  };
}

const EMPTY_PATH = new Uint8Array(1);

/** statx(2) without following a final symlink. `path` may be empty (`EMPTY_PATH`) to mean `fd` itself. */
export function statx(fd: number, path: Uint8Array<ArrayBuffer>, into: Stat): number {
  const result = check(
    libc.statx(fd, path, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_MASK, statxBuffer),
  );
  if (result < 0) return result;
  const v = statxView;
  into.nlink = v.getUint32(16, true);
  into.uid = v.getUint32(20, true);
  into.gid = v.getUint32(24, true);
  into.mode = v.getUint16(28, true);
  into.inoLow = v.getUint32(32, true);
  into.inoHigh = v.getUint32(36, true);
  into.ino = into.inoHigh * 2 ** 32 + into.inoLow;
  into.size = u64(v, 40);
  into.blocks = u64(v, 48);
  into.atimeSec = i64(v, 64);
  into.atimeNsec = v.getUint32(72, true);
  into.ctimeSec = i64(v, 96);
  into.ctimeNsec = v.getUint32(104, true);
  into.mtimeSec = i64(v, 112);
  into.mtimeNsec = v.getUint32(120, true);
  const major = v.getUint32(128, true);
  const minor = v.getUint32(132, true);
  into.rdev = ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
  into.devMajor = v.getUint32(136, true);
  into.devMinor = v.getUint32(140, true);
  return 0;
}

export function fstat(fd: number, into: Stat): number {
  return statx(fd, EMPTY_PATH, into);
}

function u64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}

function i64(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}

/** A line of a directory listing: d_type is as DT_REG and friends, 0 where the file system does not say. */
export interface DirectoryEntry {
  name: string;
  type: number;
}

const DENTS_BYTES = 64 * 1024;

/** Reads the whole of an open directory, without `.` and `..`. Returns -errno if it cannot. */
export function readDirectory(fd: number): DirectoryEntry[] | number {
  const buffer = new Uint8Array(DENTS_BYTES);
  const view = new DataView(buffer.buffer);
  const entries: DirectoryEntry[] = [];
  while (true) {
    const length = getdents64(fd, buffer);
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

/** The bytes `[start, end)` as a binary string. */
export function binaryName(bytes: Uint8Array, start: number, end: number): string {
  // In one call, so that the result is flat: a string put together piece by piece keeps all the pieces.
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}
