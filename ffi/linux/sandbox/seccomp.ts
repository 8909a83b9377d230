/**
 * Filters of system calls, which a thread and what it becomes or starts can never get rid of (Linux, seccomp(2)).
 *
 * @module
 */

import { prctl } from "../process.ts";

/** A system call of an architecture (AUDIT_ARCH_* of linux/audit.h), by its number there. */
export interface ArchitectureCall {
  readonly architecture: number;
  readonly number: number;
}

const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
export const SECCOMP_RET_ALLOW = 0x7fff0000;
export const SECCOMP_RET_ERRNO = 0x00050000;

/** Classic BPF: BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_RET | BPF_K. */
export const LOAD = 0x20;
export const JUMP_IF_EQUAL = 0x15;
export const RETURN = 0x06;

/** struct seccomp_data: offsets of what is looked at. The second argument's low half, on little-endian machines. */
export const DATA = { NUMBER: 0, ARCHITECTURE: 4, SECOND_ARGUMENT: 24 } as const;

/** [code, jump if true, jump if false, k] */
export type Instruction = readonly [number, number, number, number];

/**
 * From now on the calls fail with `errno` for the calling thread if their second argument is one of `values`. It needs
 * PR_SET_NO_NEW_PRIVS, or CAP_SYS_ADMIN.
 */
export function refuseCalls(
  calls: readonly ArchitectureCall[],
  values: readonly number[],
  errno: number,
): number {
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, programAddress(assemble(calls, values, errno)));
}

/** What the kernel reads by its address must not be collected before it did. */
const kept: unknown[] = [];

/** Where a program is, as seccomp takes it. */
export function programAddress(program: readonly Instruction[]): bigint {
  // struct sock_filter {u16 code; u8 jt, jf; u32 k}
  const filter = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, ifTrue, ifFalse, k], i) => {
    filter.setUint16(i * 8, code, true);
    filter.setUint8(i * 8 + 2, ifTrue);
    filter.setUint8(i * 8 + 3, ifFalse);
    filter.setUint32(i * 8 + 4, k, true);
  });
  // struct sock_fprog {u16 len; struct sock_filter *filter}
  const bytes = new Uint8Array(filter.buffer);
  const pointer = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  const fprog = new BigUint64Array([BigInt(program.length), pointer]);
  kept.push(bytes, fprog);
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(fprog));
}

function assemble(
  calls: readonly ArchitectureCall[],
  values: readonly number[],
  errno: number,
): Instruction[] {
  const isCall = calls.flatMap(({ architecture, number }, i): Instruction[] => {
    const left = (calls.length - 1 - i) * 4;
    return [
      [LOAD, 0, 0, DATA.ARCHITECTURE],
      [JUMP_IF_EQUAL, 0, 2, architecture],
      [LOAD, 0, 0, DATA.NUMBER],
      // Over the other calls, and the instruction that lets pass what is none of them.
      [JUMP_IF_EQUAL, left + 1, 0, number],
    ];
  });
  const isValue = values.map((value, i): Instruction => [
    JUMP_IF_EQUAL,
    values.length - i,
    0,
    value,
  ]);
  return [
    ...isCall,
    [RETURN, 0, 0, SECCOMP_RET_ALLOW],
    [LOAD, 0, 0, DATA.SECOND_ARGUMENT],
    ...isValue,
    [RETURN, 0, 0, SECCOMP_RET_ALLOW],
    [RETURN, 0, 0, SECCOMP_RET_ERRNO | errno],
  ];
}
