/**
 * Calls that change what a process is or sees: mounts, capabilities, the program it runs (Linux, glibc).
 *
 * @module
 */

import { binaryString, cString } from "../binary_string.ts";
import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  mount: { parameters: ["buffer", "buffer", "buffer", "u64", "buffer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
  unshare: { parameters: ["i32"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  capget: { parameters: ["buffer", "buffer"], result: "i32" },
  capset: { parameters: ["buffer", "buffer"], result: "i32" },
  signal: { parameters: ["i32", "pointer"], result: "pointer" },
  execvp: { parameters: ["buffer", "buffer"], result: "i32" },
  syscall: { parameters: ["i64", "i64", "buffer", "u64", "buffer", "u64"], result: "i64" },
});

export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_BIND = 4096;

/** mount(2). Null leaves an argument out. */
export function mount(
  source: Uint8Array<ArrayBuffer> | null,
  target: Uint8Array<ArrayBuffer>,
  type: string | null,
  flags: number,
  data: string | null = null,
): number {
  const text = (value: string | null) => value === null ? null : cString(value);
  return check(libc.mount(source, target, text(type), BigInt(flags), text(data)));
}

export const MNT_FORCE = 1;
export const MNT_DETACH = 2;

export const MNT_EXPIRE = 4;
export const UMOUNT_NOFOLLOW = 8;

export function umount2(path: Uint8Array<ArrayBuffer>, flags: number): number {
  return check(libc.umount2(path, flags));
}

const aside = bindLibc({
  umount2: { parameters: ["buffer", "i32"], result: "i32", nonblocking: true },
});

/** As {@linkcode umount2}, on another thread. That thread's errno is out of reach: resolves with whether it succeeded. */
export async function umount2Aside(path: Uint8Array<ArrayBuffer>, flags: number): Promise<boolean> {
  return await aside.umount2(path, flags) === 0;
}

/** Number of mount_setattr(2), the same on every architecture. */
const SYS_mount_setattr = 442n;
const AT_FDCWD = -100n;
const AT_RECURSIVE = 0x8000;
export const MOUNT_ATTR_RDONLY = 1;

/** mount_setattr(2) on the mount at `path`; with `recursive` on those below it too. Needs Linux 5.12. */
export function mountSetattr(
  path: Uint8Array<ArrayBuffer>,
  recursive: boolean,
  set: number,
  clear: number,
): number {
  const attributes = new BigUint64Array([BigInt(set), BigInt(clear), 0n, 0n]);
  const bytes = new Uint8Array(attributes.buffer);
  const flags = recursive ? AT_RECURSIVE : 0;
  return check(
    Number(
      libc.syscall(
        SYS_mount_setattr,
        AT_FDCWD,
        path,
        BigInt(flags),
        bytes,
        BigInt(bytes.length),
      ),
    ),
  );
}

/** Numbers of open_tree(2) and move_mount(2), the same on every architecture. */
const SYS_open_tree = 428n;
const SYS_move_mount = 429n;
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4n;

/**
 * A copy of what is at `path`, with the mounts below it, that is mounted nowhere: a descriptor. It stays what it is, whatever
 * becomes of the path. Needs Linux 5.2.
 */
export function cloneMount(path: Uint8Array<ArrayBuffer>): number {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
  return check(
    Number(libc.syscall(SYS_open_tree, AT_FDCWD, path, BigInt(flags), null, 0n)),
  );
}

/** Mounts at `path` what {@linkcode cloneMount} gave. */
export function placeMount(fd: number, path: Uint8Array<ArrayBuffer>): number {
  const here = BigInt.asUintN(64, AT_FDCWD);
  const empty = new Uint8Array(1);
  return check(
    Number(
      libc.syscall(
        SYS_move_mount,
        BigInt(fd),
        empty,
        here,
        path,
        MOVE_MOUNT_F_EMPTY_PATH,
      ),
    ),
  );
}

export const CLONE_NEWNS = 0x20000;

/** unshare(2), for the calling thread alone. */
export function unshare(flags: number): number {
  return check(libc.unshare(flags));
}

export const PR_SET_PDEATHSIG = 1;
export const PR_SET_NO_NEW_PRIVS = 38;
export const PR_CAPBSET_DROP = 24;
export const PR_SET_CHILD_SUBREAPER = 36;
export const PR_CAP_AMBIENT = 47;
export const PR_CAP_AMBIENT_CLEAR_ALL = 4;

/** `pointer`: the third argument, of the options that take one. */
export function prctl(option: number, argument: number, pointer: bigint = 0n): number {
  return check(libc.prctl(option, BigInt(argument), pointer, 0n, 0n));
}

const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

/** The calling thread's programs inherit no capability: what an exec gives them, the bounding set says alone. */
export function inheritNoCapability(): number {
  const header = new Uint8Array(new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0]).buffer);
  // Twice struct {u32 effective, permitted, inheritable}.
  const sets = new Uint32Array(6);
  const bytes = new Uint8Array(sets.buffer);
  const result = check(libc.capget(header, bytes));
  if (result < 0) return result;
  sets[2] = sets[5] = 0;
  return check(libc.capset(header, bytes));
}

export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGKILL = 9;
const SIGPIPE = 13;
export const SIGXFSZ = 25;
const SIG_IGN = Deno.UnsafePointer.create(1n);

/** Lets a signal do again what it does to a program that says nothing about it. */
export function defaultSignal(signal: number): void {
  libc.signal(signal, null);
}

/** Keeps a signal from this process, and from programs it starts until one of them says otherwise. */
export function ignoreSignal(signal: number): void {
  libc.signal(signal, SIG_IGN);
}

/**
 * Replaces this program by another, found in $PATH, in the same process and with the environment as it is now. Returns only if
 * that fails, with `-errno`. Deno ignores SIGPIPE, which programs do not expect: it is put right.
 */
export function execvp(command: readonly string[]): number {
  const words = command.map((word) => cString(binaryString(word)));
  const pointers = new BigUint64Array(words.length + 1);
  words.forEach((word, i) => pointers[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(word)));
  defaultSignal(SIGPIPE);
  return check(libc.execvp(words[0]!, new Uint8Array(pointers.buffer)));
}
