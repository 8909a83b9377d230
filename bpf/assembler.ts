/**
 * Instructions of eBPF, as far as the programs here need them.
 *
 * The programs are a few instructions each and read nothing of the kernel's own structures, so they are the same on
 * every kernel: no compiler, no object file and no type information has to be there when they are loaded.
 *
 * Encoding: RFC 9669. One instruction is 8 bytes: opcode, registers (source in the high four bits), i16 offset, i32
 * immediate; little-endian.
 *
 * @module
 */

/** r0 takes results, r1 to r5 are arguments and lost in calls, r6 to r9 are kept, r10 is the frame's end. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

export type Instruction = readonly [
  opcode: number,
  registers: number,
  offset: number,
  immediate: number,
];

function pack(to: Register, from: number): number {
  return (from << 4) | to;
}

/** `to = from` */
export function move(to: Register, from: Register): Instruction {
  return [0xbf, pack(to, from), 0, 0];
}

/** `to = low 32 bits of from` */
export function move32(to: Register, from: Register): Instruction {
  return [0xbc, pack(to, from), 0, 0];
}

/** `to = immediate` */
export function set(to: Register, immediate: number): Instruction {
  return [0xb7, to, 0, immediate];
}

/** `to += immediate` */
export function add(to: Register, immediate: number): Instruction {
  return [0x07, to, 0, immediate];
}

/** `to = low 32 bits of to & immediate` */
export function and32(to: Register, immediate: number): Instruction {
  return [0x54, to, 0, immediate];
}

/** `*(u32 *)(base + offset) = from` */
export function store32(base: Register, offset: number, from: Register): Instruction {
  return [0x63, pack(base, from), offset, 0];
}

/** `*(u64 *)(base + offset) = from` */
export function store64(base: Register, offset: number, from: Register): Instruction {
  return [0x7b, pack(base, from), offset, 0];
}

/** `to` = the map with that descriptor. */
export function loadMap(to: Register, descriptor: number): readonly Instruction[] {
  const PSEUDO_MAP_FD = 1;
  return [[0x18, pack(to, PSEUDO_MAP_FD), 0, descriptor], [0, 0, 0, 0]];
}

/** Calls a helper of the kernel, by its number in enum bpf_func_id. */
export function call(helper: number): Instruction {
  return [0x85, 0, 0, helper];
}

/** Skips `count` instructions if the register is 0. */
export function skipIfZero(register: Register, count: number): Instruction {
  return [0x15, register, count, 0];
}

export function exit(): Instruction {
  return [0x95, 0, 0, 0];
}

export function assemble(instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 * instructions.length);
  const view = new DataView(bytes.buffer);
  instructions.forEach(([opcode, registers, offset, immediate], i) => {
    view.setUint8(8 * i, opcode);
    view.setUint8(8 * i + 1, registers);
    view.setInt16(8 * i + 2, offset, true);
    view.setInt32(8 * i + 4, immediate, true);
  });
  return bytes;
}
