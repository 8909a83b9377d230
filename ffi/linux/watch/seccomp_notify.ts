/**
 * Filters of system calls that let another process hear of them first (Linux, seccomp_unotify(2)).
 *
 * @module
 */

import { bindLibc, check } from "../libc.ts";

const libc = bindLibc({
  syscall: { parameters: ["i64", "u64", "u64", "buffer"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
});

const SYS_SECCOMP = Deno.build.arch === "aarch64" ? 277n : 317n;
const SECCOMP_SET_MODE_FILTER = 1n;
const FLAG_NEW_LISTENER = 1 << 3;
/** Once it was heard of, no signal but a deadly one interrupts the call: else it would be told of again. Linux 5.19. */
const FLAG_WAIT_KILLABLE_RECV = 1 << 5;
const RET_ALLOW = 0x7fff0000;
const RET_USER_NOTIF = 0x7fc00000;

/** AUDIT_ARCH_* of linux/audit.h. */
const ARCHITECTURE = Deno.build.arch === "aarch64" ? 0xc00000b7 : 0xc000003e;
/** struct seccomp_data; arguments are u64, little-endian. */
const DATA = { NUMBER: 0, ARCHITECTURE: 4, ARGUMENTS: 16 } as const;
/** Classic BPF: BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JSET | BPF_K, BPF_RET | BPF_K. */
const [LOAD, IF_EQUAL, IF_BITS, RETURN] = [0x20, 0x15, 0x45, 0x06];

export interface NotifiedCall {
  readonly number: number;
  /** Only if the argument of that index has one of these bits. */
  readonly bits?: { readonly argument: number; readonly mask: number };
}

const EINVAL = 22;

/**
 * From now on the calls of this thread, and of what it becomes or starts, are heard of by who has the descriptor that this
 * returns; no call is kept from being made. It needs PR_SET_NO_NEW_PRIVS, or CAP_SYS_ADMIN.
 */
export function notifyOfCalls(calls: readonly NotifiedCall[]): number {
  const program = assemble(calls);
  // struct sock_filter {u16 code; u8 jt, jf; u32 k}
  const filter = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, ifTrue, ifFalse, k], i) => {
    filter.setUint16(i * 8, code, true);
    filter.setUint8(i * 8 + 2, ifTrue);
    filter.setUint8(i * 8 + 3, ifFalse);
    filter.setUint32(i * 8 + 4, k, true);
  });
  // struct sock_fprog {u16 len; struct sock_filter *filter}
  const pointer = Deno.UnsafePointer.value(Deno.UnsafePointer.of(new Uint8Array(filter.buffer)));
  const fprog = new Uint8Array(new BigUint64Array([BigInt(program.length), pointer]).buffer);
  const install = (flags: number) =>
    check(libc.syscall(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, BigInt(flags), fprog));
  const result = install(FLAG_NEW_LISTENER | FLAG_WAIT_KILLABLE_RECV);
  return result === -EINVAL ? install(FLAG_NEW_LISTENER) : result;
}

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, k: number];

/** A block for each call, which ends the filter where it is the one. */
function assemble(calls: readonly NotifiedCall[]): Instruction[] {
  const notify: Instruction = [RETURN!, 0, 0, RET_USER_NOTIF];
  const allow: Instruction = [RETURN!, 0, 0, RET_ALLOW];
  const load = (at: number): Instruction => [LOAD!, 0, 0, at];
  return [
    load(DATA.ARCHITECTURE),
    [IF_EQUAL!, 1, 0, ARCHITECTURE],
    allow,
    load(DATA.NUMBER),
    ...calls.flatMap(({ number, bits }): Instruction[] =>
      bits === undefined ? [[IF_EQUAL!, 0, 1, number], notify] : [
        [IF_EQUAL!, 0, 4, number],
        load(DATA.ARGUMENTS + 8 * bits.argument),
        [IF_BITS!, 0, 1, bits.mask],
        notify,
        allow,
      ]
    ),
    allow,
  ];
}

const IOCTL = {
  RECEIVE: 0xc0502100,
  SEND: 0xc0182101,
  IS_VALID: 0x40082102,
  SET_FLAGS: 0x40082104,
} as const;
/** Wake who waits on the same CPU: both sleep in turn. Linux 6.6. */
const SYNC_WAKE_UP = 1n;
/** struct seccomp_notif */
const NOTICE = { ID: 0, PID: 8, NUMBER: 16, ARGUMENTS: 32, BYTES: 80 } as const;
const CONTINUE = 1;

/** A system call that waits. */
export interface Notice {
  readonly id: bigint;
  /** Thread. */
  readonly thread: number;
  readonly number: number;
  readonly args: readonly bigint[];
}

const answer = new Uint8Array(24);
const one = new Uint8Array(8);

/** Lets the two sides wake each other quickly, where the kernel can. */
export function hasten(listener: number): void {
  new DataView(one.buffer).setBigUint64(0, SYNC_WAKE_UP, true);
  libc.ioctl(listener, BigInt(IOCTL.SET_FLAGS), one);
}

/** Room for a notice. */
export const NOTICE_BYTES = NOTICE.BYTES;

/**
 * Waits for the next call; null if the one that was to come is gone. The kernel writes it to `notice`, and then waits for an answer: if
 * others have that memory, too, they can give it should this process be killed.
 */
export function receiveNotice(listener: number, notice: Uint8Array<ArrayBuffer>): Notice | null {
  notice.fill(0);
  if (libc.ioctl(listener, BigInt(IOCTL.RECEIVE), notice) < 0) return null;
  return decodeNotice(notice);
}

/** Struct seccomp_notif; null if there are too few bytes. */
export function decodeNotice(bytes: Uint8Array): Notice | null {
  if (bytes.length < NOTICE.BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    id: view.getBigUint64(NOTICE.ID, true),
    thread: view.getUint32(NOTICE.PID, true),
    number: view.getInt32(NOTICE.NUMBER, true),
    args: Array.from({ length: 6 }, (_, i) => view.getBigUint64(NOTICE.ARGUMENTS + 8 * i, true)),
  };
}

/** Whether the call still waits: what was read of its process is about it then. */
export function isWaiting(listener: number, { id }: Notice): boolean {
  new DataView(one.buffer).setBigUint64(0, id, true);
  return libc.ioctl(listener, BigInt(IOCTL.IS_VALID), one) === 0;
}

/** Lets the call be made. Nothing happens where it does not wait any more. */
export function letGoOn(listener: number, { id }: Pick<Notice, "id">): void {
  const view = new DataView(answer.buffer);
  answer.fill(0);
  view.setBigUint64(0, id, true);
  view.setUint32(20, CONTINUE, true);
  libc.ioctl(listener, BigInt(IOCTL.SEND), answer);
}
