/**
 * What macOS tells of processes (libproc.h, sysctl(3)), signals, and unmounting.
 *
 * @module
 */

import { bindLibSystem, check, IS_MACOS } from "./libsystem.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const libc = bindLibSystem({
  proc_pidinfo: { parameters: ["i32", "i32", "u64", "buffer", "i32"], result: "i32" },
  proc_pidpath: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  proc_listallpids: { parameters: ["buffer", "i32"], result: "i32" },
  proc_listpidspath: {
    parameters: ["u32", "u32", "buffer", "u32", "buffer", "i32"],
    result: "i32",
  },
  sysctl: {
    parameters: ["buffer", "u32", "buffer", "buffer", "pointer", "usize"],
    result: "i32",
  },
  sysctlbyname: {
    parameters: ["buffer", "buffer", "buffer", "pointer", "usize"],
    result: "i32",
  },
  signal: { parameters: ["i32", "pointer"], result: "pointer" },
  unmount: { parameters: ["buffer", "i32"], result: "i32" },
  mach_timebase_info: { parameters: ["buffer"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
});
const aside = bindLibSystem({
  unmount: { parameters: ["buffer", "i32"], result: "i32", nonblocking: true },
});

const PROC_PIDTBSDINFO = 3;
const PROC_PIDTASKINFO = 4;
const PROC_PIDVNODEPATHINFO = 9;
/** struct proc_bsdinfo. */
const BSDINFO = {
  SIZE_OF: 136,
  STATUS: 4,
  PARENT: 16,
  COMMAND: 48,
  COMMAND_BYTES: 16,
  SECONDS: 120,
  MICROSECONDS: 128,
} as const;
/** struct proc_taskinfo. Times are in units of the machine's own. */
const TASKINFO = { SIZE_OF: 96, RESIDENT: 8, USER: 16, SYSTEM: 24 } as const;
/** struct proc_vnodepathinfo: the directory's struct vnode_info, then its path; the same of the root. */
const VNODEPATHINFO = { SIZE_OF: 2352, DIRECTORY: 152, PATH_BYTES: 1024 } as const;
const STOPPED = 4;
const ZOMBIE = 5;
const PATH_BYTES = 4096;
const PROC_ALL_PIDS = 1;
const PATH_IS_VOLUME = 1;
const CTL_KERN = 1;
const KERN_PROCARGS2 = 49;

export const SIGXFSZ = 25;
const SIG_IGN = Deno.UnsafePointer.create(1n);

export interface BsdInfo {
  readonly isOver: boolean;
  /** By a signal. */
  readonly isSuspended: boolean;
  readonly parent: number;
  /** At most 15 bytes. */
  readonly command: Bytes;
  /** Since 1970, µs. */
  readonly started: number;
}

/** Null if there is no such process. Of one that has ended and is not waited for, too. */
export function bsdInfo(pid: number): BsdInfo | null {
  const bytes = new Uint8Array(BSDINFO.SIZE_OF);
  if (libc.proc_pidinfo(pid, PROC_PIDTBSDINFO, 1n, bytes, bytes.length) < bytes.length) return null;
  const view = new DataView(bytes.buffer);
  const seconds = Number(view.getBigUint64(BSDINFO.SECONDS, true));
  const status = view.getUint32(BSDINFO.STATUS, true);
  return {
    isOver: status === ZOMBIE,
    isSuspended: status === STOPPED,
    parent: view.getUint32(BSDINFO.PARENT, true),
    command: untilNul(bytes, BSDINFO.COMMAND, BSDINFO.COMMAND_BYTES),
    started: seconds * 1e6 + Number(view.getBigUint64(BSDINFO.MICROSECONDS, true)),
  };
}

/** What a process has computed since it began, and the memory that it has, bytes. Null if there is no such process. */
export function taskInfo(pid: number): { computedMs: number; resident: number } | null {
  const bytes = new Uint8Array(TASKINFO.SIZE_OF);
  if (libc.proc_pidinfo(pid, PROC_PIDTASKINFO, 0n, bytes, bytes.length) < bytes.length) return null;
  const view = new DataView(bytes.buffer);
  const units = view.getBigUint64(TASKINFO.USER, true) + view.getBigUint64(TASKINFO.SYSTEM, true);
  return {
    computedMs: Number(units) * nanosecondsPerUnit() / 1e6,
    resident: Number(view.getBigUint64(TASKINFO.RESIDENT, true)),
  };
}

let unit = 0;

/** One on Intel; Apple silicon counts in longer ones. */
function nanosecondsPerUnit(): number {
  if (unit > 0) return unit;
  const fraction = new Uint32Array(2);
  libc.mach_timebase_info(new Uint8Array(fraction.buffer));
  return unit = fraction[0]! / fraction[1]!;
}

/** Path of a process's program; null if that may not be known. */
export function programOf(pid: number): Bytes | null {
  const path = new Uint8Array(PATH_BYTES);
  const length = libc.proc_pidpath(pid, path, path.length);
  return length <= 0 ? null : path.slice(0, length);
}

/** The directory that a process stands in; null if that may not be known. */
export function directoryOf(pid: number): Bytes | null {
  const bytes = new Uint8Array(VNODEPATHINFO.SIZE_OF);
  const length = libc.proc_pidinfo(pid, PROC_PIDVNODEPATHINFO, 0n, bytes, bytes.length);
  if (length < bytes.length) return null;
  return untilNul(bytes, VNODEPATHINFO.DIRECTORY, VNODEPATHINFO.PATH_BYTES);
}

/** As rawArguments had them last: it asks about one process after the other. */
let argumentSpace = new Uint8Array(0);

/**
 * A process's arguments behind its count of them, its program's path and padding, until it is called again; null if they may
 * not be known.
 */
export function rawArguments(pid: number, most: number): Bytes | null {
  const name = new Uint8Array(new Int32Array([CTL_KERN, KERN_PROCARGS2, pid]).buffer);
  if (argumentSpace.length < most) argumentSpace = new Uint8Array(most);
  const size = new BigUint64Array([BigInt(most)]);
  if (libc.sysctl(name, 3, argumentSpace, new Uint8Array(size.buffer), null, 0n) < 0) return null;
  return argumentSpace.subarray(0, Number(size[0]));
}

/** Text of a sysctl(3) variable; empty if there is none. */
export function systemText(name: Bytes): Bytes {
  const bytes = new Uint8Array(256);
  const size = new BigUint64Array([256n]);
  if (libc.sysctlbyname(name, bytes, new Uint8Array(size.buffer), null, 0n) < 0) {
    return bytes.slice(0, 0);
  }
  return untilNul(bytes, 0, bytes.length);
}

/** Processes that have something open on the file system that is mounted at a path. */
export function processesOn(path: Bytes): number[] {
  for (let most = 1024;; most *= 2) {
    const bytes = new Uint8Array(4 * most);
    const length = libc.proc_listpidspath(
      PROC_ALL_PIDS,
      0,
      path,
      PATH_IS_VOLUME,
      bytes,
      bytes.length,
    );
    if (length <= 0) return [];
    if (length < bytes.length) return [...new Int32Array(bytes.buffer, 0, length >> 2)];
  }
}

/** Of all users. */
export function allProcesses(): number[] {
  for (let most = 4096;; most *= 2) {
    const pids = new Int32Array(most);
    const count = libc.proc_listallpids(new Uint8Array(pids.buffer), 4 * most);
    if (count < most) return [...pids.subarray(0, Math.max(0, count))].filter((pid) => pid > 0);
  }
}

function untilNul(bytes: Bytes, at: number, most: number): Bytes {
  const end = bytes.indexOf(0, at);
  return bytes.slice(at, end < 0 || end > at + most ? at + most : end);
}

export function ignoreSignal(signal: number): void {
  libc.signal(signal, SIG_IGN);
}

export const MNT_FORCE = 0x80000;

export function unmount(path: Bytes, flags: number): number {
  return check(libc.unmount(path, flags));
}

/** As {@linkcode unmount}, on another thread. That thread's errno is out of reach: resolves with whether it succeeded. */
export async function unmountAside(path: Bytes, flags: number): Promise<boolean> {
  return IS_MACOS && await aside.unmount(path, flags) === 0;
}

export function dup(fd: number): number {
  return check(libc.dup(fd));
}

/** The copy is inherited by children. */
export function dup2(fd: number, target: number): number {
  return check(libc.dup2(fd, target));
}
