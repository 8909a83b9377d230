/**
 * Machine code that runs before the runtime does, so that what the runtime cannot bear does not reach it.
 *
 * The runtime ends with a panic, before it loads any program, where the current directory is gone and where an argument is
 * not UTF-8. This code changes what it sees of both; `src/cli/given_arguments.ts` and `src/host/linux/current_directory.ts` look at
 * what is really there.
 *
 * 1. Where getcwd(2) fails, or gives what does not begin with a slash, `/` becomes the current directory. What
 *    /proc/self/cwd said is in the memory file at descriptor 223 (or the next that is free), which is closed on exec. The
 *    directory itself is not kept open: its mount would be in use. ERANGE only means that the path is long.
 * 2. Each argument with a byte above 127 becomes U+FFFD, which is UTF-8: its pointer is changed, not its bytes, so that
 *    /proc/self/cmdline still has them.
 *
 * It runs at the program's entry, after the dynamic linker: the stack pointer is at argc, and the register with the
 * linker's exit function has to reach the program as it was (System V ABI, process initialization). Its first instruction
 * is one that an indirect jump may go to where the processor checks that.
 *
 * @module
 */

/** An instruction: its bytes in hexadecimal, in the order of memory, and what they are. */
type Line = readonly [bytes: string, assembly: string];

export interface StartCode {
  /** e_machine of ELF. */
  readonly machine: number;
  /** Code and data. A jump to the program's own entry is still to be put in. */
  readonly lines: readonly Line[];
  /** Index in {@linkcode lines} of the jump. */
  readonly jump: number;
  /** The jump over `distance` bytes from the start of its own instruction. Throws if that is too far. */
  encodeJump(distance: number): Uint8Array;
}

const X86_64: readonly Line[] = [
  ["f3 0f 1e fa", "endbr64"],
  ["52", "push rdx"],
  ["48 8d 5c 24 08", "lea rbx, [rsp+8]          ; argc"],
  ["48 81 ec 00 10 00 00", "sub rsp, 4096"],
  ["b8 4f 00 00 00", "mov eax, 79               ; getcwd"],
  ["48 89 e7", "mov rdi, rsp"],
  ["be 00 10 00 00", "mov esi, 4096"],
  ["0f 05", "syscall"],
  ["48 83 f8 de", "cmp rax, -34              ; ERANGE"],
  ["74 7b", "je args"],
  ["48 85 c0", "test rax, rax"],
  ["78 06", "js gone"],
  ["80 3c 24 2f", "cmp byte [rsp], 0x2f      ; '/'"],
  ["74 70", "je args"],
  ["b8 59 00 00 00", "gone: mov eax, 89         ; readlink"],
  ["48 8d 3d 9e 00 00 00", "lea rdi, [cwd]"],
  ["48 89 e6", "mov rsi, rsp"],
  ["ba 00 10 00 00", "mov edx, 4096"],
  ["0f 05", "syscall"],
  ["85 c0", "test eax, eax"],
  ["78 48", "js change"],
  ["89 c5", "mov ebp, eax"],
  ["b8 3f 01 00 00", "mov eax, 319              ; memfd_create"],
  ["48 8d 3d 91 00 00 00", "lea rdi, [dot]"],
  ["be 01 00 00 00", "mov esi, 1                ; MFD_CLOEXEC"],
  ["0f 05", "syscall"],
  ["85 c0", "test eax, eax"],
  ["78 2f", "js change"],
  ["41 89 c4", "mov r12d, eax"],
  ["89 c7", "mov edi, eax"],
  ["b8 01 00 00 00", "mov eax, 1                ; write"],
  ["48 89 e6", "mov rsi, rsp"],
  ["89 ea", "mov edx, ebp"],
  ["0f 05", "syscall"],
  ["44 89 e7", "mov edi, r12d"],
  ["b8 48 00 00 00", "mov eax, 72               ; fcntl"],
  ["be 06 04 00 00", "mov esi, 1030             ; F_DUPFD_CLOEXEC"],
  ["ba df 00 00 00", "mov edx, 223"],
  ["0f 05", "syscall"],
  ["44 89 e7", "mov edi, r12d"],
  ["b8 03 00 00 00", "mov eax, 3                ; close"],
  ["0f 05", "syscall"],
  ["48 8d 3d 52 00 00 00", "change: lea rdi, [slash]"],
  ["b8 50 00 00 00", "mov eax, 80               ; chdir"],
  ["0f 05", "syscall"],
  ["48 81 c4 00 10 00 00", "args: add rsp, 4096"],
  ["48 8b 0b", "mov rcx, [rbx]"],
  ["48 8d 7b 08", "lea rdi, [rbx+8]          ; argv"],
  ["48 85 c9", "next: test rcx, rcx"],
  ["74 21", "jz done"],
  ["48 8b 37", "mov rsi, [rdi]"],
  ["8a 06", "scan: mov al, [rsi]"],
  ["48 ff c6", "inc rsi"],
  ["84 c0", "test al, al"],
  ["74 0c", "jz known"],
  ["79 f5", "jns scan"],
  ["48 8d 35 25 00 00 00", "lea rsi, [mark]"],
  ["48 89 37", "mov [rdi], rsi"],
  ["48 83 c7 08", "known: add rdi, 8"],
  ["48 ff c9", "dec rcx"],
  ["eb da", "jmp next"],
  ["5a", "done: pop rdx"],
  ["e9 00 00 00 00", "jmp the program's entry"],
  ["2f 70 72 6f 63 2f 73 65 6c 66 2f 63 77 64 00", "cwd: '/proc/self/cwd'"],
  ["2e 00", "dot: '.'"],
  ["2f 00", "slash: '/'"],
  ["ef bf bd 00", "mark: U+FFFD"],
];

const AARCH64: readonly Line[] = [
  ["df 24 03 d5", "bti jc"],
  ["f3 03 00 aa", "mov x19, x0"],
  ["f4 03 00 91", "mov x20, sp               ; argc"],
  ["ff 07 40 d1", "sub sp, sp, #4096"],
  ["e0 03 00 91", "mov x0, sp"],
  ["01 00 82 d2", "mov x1, #4096"],
  ["28 02 80 d2", "mov x8, #17               ; getcwd"],
  ["01 00 00 d4", "svc #0"],
  ["1f 88 00 b1", "cmn x0, #34               ; ERANGE"],
  ["40 04 00 54", "b.eq args"],
  ["80 00 f8 b7", "tbnz x0, #63, gone"],
  ["e1 03 40 39", "ldrb w1, [sp]"],
  ["3f bc 00 71", "cmp w1, #47               ; '/'"],
  ["c0 03 00 54", "b.eq args"],
  ["60 0c 80 92", "gone: mov x0, #-100       ; AT_FDCWD"],
  ["61 05 00 10", "adr x1, cwd"],
  ["e2 03 00 91", "mov x2, sp"],
  ["03 00 82 d2", "mov x3, #4096"],
  ["c8 09 80 d2", "mov x8, #78               ; readlinkat"],
  ["01 00 00 d4", "svc #0"],
  ["80 02 f8 37", "tbnz w0, #31, change"],
  ["f6 03 00 2a", "mov w22, w0"],
  ["00 05 00 10", "adr x0, dot"],
  ["21 00 80 52", "mov w1, #1                ; MFD_CLOEXEC"],
  ["e8 22 80 d2", "mov x8, #279              ; memfd_create"],
  ["01 00 00 d4", "svc #0"],
  ["c0 01 f8 37", "tbnz w0, #31, change"],
  ["f5 03 00 2a", "mov w21, w0"],
  ["e1 03 00 91", "mov x1, sp"],
  ["e2 03 16 2a", "mov w2, w22"],
  ["08 08 80 d2", "mov x8, #64               ; write"],
  ["01 00 00 d4", "svc #0"],
  ["e0 03 15 2a", "mov w0, w21"],
  ["c1 80 80 52", "mov w1, #1030             ; F_DUPFD_CLOEXEC"],
  ["e2 1b 80 52", "mov w2, #223"],
  ["28 03 80 d2", "mov x8, #25               ; fcntl"],
  ["01 00 00 d4", "svc #0"],
  ["e0 03 15 2a", "mov w0, w21"],
  ["28 07 80 d2", "mov x8, #57               ; close"],
  ["01 00 00 d4", "svc #0"],
  ["c0 02 00 50", "change: adr x0, slash"],
  ["28 06 80 d2", "mov x8, #49               ; chdir"],
  ["01 00 00 d4", "svc #0"],
  ["9f 02 00 91", "args: mov sp, x20"],
  ["81 02 40 f9", "ldr x1, [x20]"],
  ["82 22 00 91", "add x2, x20, #8           ; argv"],
  ["41 01 00 b4", "next: cbz x1, done"],
  ["43 00 40 f9", "ldr x3, [x2]"],
  ["64 14 40 38", "scan: ldrb w4, [x3], #1"],
  ["84 00 00 34", "cbz w4, known"],
  ["c4 ff 3f 36", "tbz w4, #7, scan"],
  ["83 01 00 10", "adr x3, mark"],
  ["43 00 00 f9", "str x3, [x2]"],
  ["42 20 00 91", "known: add x2, x2, #8"],
  ["21 04 00 d1", "sub x1, x1, #1"],
  ["f7 ff ff 17", "b next"],
  ["e0 03 13 aa", "done: mov x0, x19"],
  ["00 00 00 14", "b the program's entry"],
  ["2f 70 72 6f 63 2f 73 65 6c 66 2f 63 77 64 00 00", "cwd: '/proc/self/cwd'"],
  ["2e 00", "dot: '.'"],
  ["2f 00", "slash: '/'"],
  ["ef bf bd 00", "mark: U+FFFD"],
];

/** By e_machine. */
export const START_CODES: readonly StartCode[] = [
  {
    machine: 62,
    lines: X86_64,
    jump: X86_64.findIndex(([, assembly]) => assembly.startsWith("jmp the program")),
    encodeJump: (distance) => {
      const jump = new Uint8Array(5);
      jump[0] = 0xe9;
      new DataView(jump.buffer).setInt32(1, checked(distance - jump.length, 2 ** 31), true);
      return jump;
    },
  },
  {
    machine: 183,
    lines: AARCH64,
    jump: AARCH64.findIndex(([, assembly]) => assembly.startsWith("b the program")),
    encodeJump: (distance) => {
      const jump = new Uint8Array(4);
      const words = checked(distance, 2 ** 27) / 4 & 0x3ffffff;
      new DataView(jump.buffer).setUint32(0, 0x14000000 | words, true);
      return jump;
    },
  },
];

function checked(distance: number, limit: number): number {
  if (Math.abs(distance) < limit) return distance;
  throw new RangeError(`The program's entry is ${distance} bytes away, more than a jump can`);
}
