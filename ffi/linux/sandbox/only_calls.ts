/**
 * Locks a process in: from now on it can do nothing but what is listed (Linux, seccomp(2)).
 *
 * @module
 */

import { bindLibc, check } from "../libc.ts";
import { PR_SET_NO_NEW_PRIVS, prctl } from "../process.ts";
import {
  DATA,
  type Instruction,
  JUMP_IF_EQUAL,
  LOAD,
  programAddress,
  RETURN,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
} from "./seccomp.ts";

const libc = bindLibc({
  syscall: { parameters: ["i64", "u64", "u64", "u64"], result: "i64" },
});

const SECCOMP_SET_MODE_FILTER = 1n;
/** For all threads of the process. */
const SECCOMP_FILTER_FLAG_TSYNC = 1n;

interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  readonly seccomp: number;
  readonly computing: readonly number[];
}

/**
 * The calls of a program that only computes: memory, other threads of its own, time, waiting, and reading and writing what
 * it has open.
 */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  // read write close poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn sched_yield mremap madvise
  // nanosleep getpid exit gettimeofday getrusage sigaltstack sched_getparam
  // sched_getscheduler gettid futex sched_getaffinity restart_syscall clock_gettime
  // clock_nanosleep exit_group epoll_wait ppoll set_robust_list epoll_pwait getrandom membarrier pkey_mprotect pkey_alloc
  // pkey_free rseq
  "x86_64": {
    audit: 0xc000003e,
    seccomp: 317,
    // deno-fmt-ignore
    computing: [
      0, 1, 3, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 35, 39, 60, 96, 98, 131, 143, 145, 186, 202, 204, 219, 228, 230, 231, 232,
      271, 273, 281, 318, 324, 329, 330, 331, 334,
    ],
  },
  // The same but for poll and epoll_wait, which there are none of.
  "aarch64": {
    audit: 0xc00000b7,
    seccomp: 277,
    // deno-fmt-ignore
    computing: [
      63, 64, 57, 62, 222, 226, 215, 214, 134, 135, 139, 124, 216, 233, 101, 172, 93, 169, 165, 132, 121, 120, 178, 98, 123, 128, 113,
      115, 94, 73, 99, 22, 278, 283, 288, 289, 290, 293,
    ],
  },
};

/** From now on every thread of this process can only compute: other calls fail with `errno`. */
export function onlyCompute(errno: number): number {
  const architecture = ARCHITECTURES[Deno.build.arch]!;
  const { computing, audit, seccomp } = architecture;
  const program: Instruction[] = [
    [LOAD, 0, 0, DATA.ARCHITECTURE],
    [JUMP_IF_EQUAL, 0, computing.length + 1, audit],
    [LOAD, 0, 0, DATA.NUMBER],
    ...computing.map((number, i): Instruction => [
      JUMP_IF_EQUAL,
      computing.length - i,
      0,
      number,
    ]),
    [RETURN, 0, 0, SECCOMP_RET_ERRNO | errno],
    [RETURN, 0, 0, SECCOMP_RET_ALLOW],
  ];
  const result = prctl(PR_SET_NO_NEW_PRIVS, 1);
  if (result < 0) return result;
  const address = programAddress(program);
  return check(
    Number(
      libc.syscall(
        BigInt(seccomp),
        SECCOMP_SET_MODE_FILTER,
        SECCOMP_FILTER_FLAG_TSYNC,
        address,
      ),
    ),
  );
}
