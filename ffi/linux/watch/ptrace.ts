/**
 * ptrace(2): following what a program that runs already does (Linux). A tracer is a thread: all calls have to be its.
 *
 * @module
 */

import { bindLibc, check } from "../libc.ts";

const libc = bindLibc({
  ptrace: { parameters: ["i64", "i32", "u64", "buffer"], result: "i64" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  syscall: { parameters: ["i64", "i64", "i64", "i64"], result: "i32" },
});
const numbers = bindLibc({
  ptrace: { parameters: ["i64", "i32", "u64", "u64"], result: "i64" },
});

const Request = {
  SYSCALL: 24,
  GETEVENTMSG: 0x4201,
  SEIZE: 0x4206,
  INTERRUPT: 0x4207,
  LISTEN: 0x4208,
  GET_SYSCALL_INFO: 0x420e,
} as const;
const Option = { SYSGOOD: 1, FORK: 2, VFORK: 4, CLONE: 8, EXEC: 0x10 } as const;
const FOLLOW = Option.SYSGOOD | Option.FORK | Option.VFORK | Option.CLONE | Option.EXEC;
/** PTRACE_EVENT_* */
export const TraceEvent = { FORK: 1, VFORK: 2, CLONE: 3, EXEC: 4, STOP: 128 } as const;

/** Follows a thread and what it starts from now on. Where the tracer ends, they go on. */
export function seize(thread: number): number {
  return check(Number(numbers.ptrace(BigInt(Request.SEIZE), thread, 0n, BigInt(FOLLOW))));
}

/** Has a thread stop, to be told of as {@linkcode TraceEvent.STOP}. */
export function interrupt(thread: number): number {
  return check(Number(numbers.ptrace(BigInt(Request.INTERRUPT), thread, 0n, 0n)));
}

/** Lets a stopped thread go on to its next system call, with a signal or 0. */
export function goOn(thread: number, signal: number): number {
  return check(Number(numbers.ptrace(BigInt(Request.SYSCALL), thread, 0n, BigInt(signal))));
}

/** Leaves a thread stopped, as its process is, and hears when it goes on. */
export function listen(thread: number): number {
  return check(Number(numbers.ptrace(BigInt(Request.LISTEN), thread, 0n, 0n)));
}

const word = new Uint8Array(8);

/** Of a thread that stopped for an event: the new thread's number, or its own before. */
export function eventMessage(thread: number): number {
  libc.ptrace(BigInt(Request.GETEVENTMSG), thread, 0n, word);
  return Number(new DataView(word.buffer).getBigUint64(0, true));
}

const INFO = { OP: 0, VALUE: 24, ARGUMENTS: 32, IS_ERROR: 32, BYTES: 88 } as const;
const OP = { ENTRY: 1, EXIT: 2 } as const;
const info = new Uint8Array(INFO.BYTES);

export type SystemCallStop =
  | { readonly isEntry: true; readonly number: number; readonly args: readonly bigint[] }
  /** `error`: errno, 0 if it succeeded. */
  | { readonly isEntry: false; readonly error: number };

/** At which side of a system call a thread stopped; null if at none. Linux 5.3. */
export function systemCallOf(thread: number): SystemCallStop | null {
  info.fill(0);
  const length = Number(
    libc.ptrace(BigInt(Request.GET_SYSCALL_INFO), thread, BigInt(INFO.BYTES), info),
  );
  return length <= 0 ? null : decodeSystemCall(info);
}

/** struct ptrace_syscall_info; null where it tells of no call. */
export function decodeSystemCall(bytes: Uint8Array): SystemCallStop | null {
  if (bytes.length < INFO.BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (view.getUint8(INFO.OP)) {
    case OP.ENTRY:
      return {
        isEntry: true,
        number: view.getUint32(INFO.VALUE, true),
        args: Array.from({ length: 6 }, (_, i) => view.getBigUint64(INFO.ARGUMENTS + 8 * i, true)),
      };
    case OP.EXIT:
      return {
        isEntry: false,
        error: view.getUint8(INFO.IS_ERROR) === 0 ? 0 : Number(-view.getBigInt64(INFO.VALUE, true)),
      };
    default:
      return null;
  }
}

const WALL = 0x40000000;
const WNOTHREAD = 0x20000000;
const status = new Uint8Array(4);

export interface Waited {
  readonly thread: number;
  /** As wait(2) has it. */
  readonly status: number;
}

/** Waits for any thread that is followed; -errno if there is none, or this thread was woken. */
export function waitForAny(): Waited | number {
  const thread = check(libc.waitpid(-1, status, WALL | WNOTHREAD));
  return thread < 0 ? thread : { thread, status: new DataView(status.buffer).getInt32(0, true) };
}

const SIGUSR2 = 12;
const SYS_tgkill = Deno.build.arch === "aarch64" ? 131n : 234n;

/**
 * Has {@linkcode wakeThread} interrupt what this process' threads wait for. The handler has to be a function of C's that takes a
 * number and does nothing: abs(3) is one.
 */
export function letThreadsBeWoken(): void {
  const { abs } = Deno.dlopen("libc.so.6", { abs: { type: "pointer" } }).symbols;
  // struct sigaction begins with the handler; flags of 0 restart nothing.
  const action = new BigUint64Array(19);
  action[0] = BigInt(Deno.UnsafePointer.value(abs));
  libc.sigaction(SIGUSR2, new Uint8Array(action.buffer), null);
}

export function wakeThread(thread: number): void {
  libc.syscall(SYS_tgkill, BigInt(Deno.pid), BigInt(thread), BigInt(SIGUSR2));
}
