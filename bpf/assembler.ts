/**
 * Instructions of eBPF, as far as the programs here need them: no compiler and no object file has to be there when they
 * are loaded. What a program has to know of the kernel's structures is found when it starts (`kernel_layout.ts`).
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
  /** Of a jump also the label that it goes to. */
  offset: number | string,
  immediate: number,
];

/** A place in a program that jumps can name. */
export interface Label {
  readonly label: string;
}

export type Line = Instruction | Label;

export function label(name: string): Label {
  return { label: name };
}

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

/** Bytes of a load or store → the size in its opcode. */
const SIZE = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 } as const;
type Size = keyof typeof SIZE;

/** `to = *(size *)(base + offset)` */
export function load(size: Size, to: Register, base: Register, offset: number): Instruction {
  return [0x61 | SIZE[size], pack(to, base), offset, 0];
}

/** `*(size *)(base + offset) = from` */
export function store(size: Size, base: Register, offset: number, from: Register): Instruction {
  return [0x63 | SIZE[size], pack(base, from), offset, 0];
}

/** `*(size *)(base + offset) = immediate` */
export function storeValue(
  size: Size,
  base: Register,
  offset: number,
  immediate: number,
): Instruction {
  return [0x62 | SIZE[size], base, offset, immediate];
}

/** `*(u64 *)(base + offset) += from`, whoever else does so at the same time. */
export function atomicAdd64(base: Register, offset: number, from: Register): Instruction {
  return [0xdb, pack(base, from), offset, 0];
}

const OPERATION = { add: 0x00, sub: 0x10, or: 0x40, and: 0x50, shl: 0x60, shr: 0x70 } as const;

/** `to = to OPERATION (register or immediate)`, 64 bits. */
export function compute(
  operation: keyof typeof OPERATION,
  to: Register,
  value: number | { readonly register: Register },
): Instruction {
  const code = 0x07 | OPERATION[operation];
  return typeof value === "number"
    ? [code, to, 0, value]
    : [code | 0x08, pack(to, value.register), 0, 0];
}

const CONDITION = {
  "==": 0x10,
  "!=": 0x50,
  ">": 0x20,
  ">=": 0x30,
  "<": 0xa0,
  "<=": 0xb0,
  "&": 0x40,
  "s>": 0x60,
  "s<": 0xc0,
} as const;

/** Goes on at the label if `register CONDITION value`; without `s` numbers are unsigned, `&` asks for common bits. */
export function jumpIf(
  register: Register,
  condition: keyof typeof CONDITION,
  value: number | { readonly register: Register },
  to: string,
): Instruction {
  const code = 0x05 | CONDITION[condition];
  return typeof value === "number"
    ? [code, register, to, value]
    : [code | 0x08, pack(register, value.register), to, 0];
}

export function jump(to: string): Instruction {
  return [0x05, 0, to, 0];
}

/** `*(u32 *)(base + offset) = from` */
export function store32(base: Register, offset: number, from: Register): Instruction {
  return store(4, base, offset, from);
}

/** `*(u64 *)(base + offset) = from` */
export function store64(base: Register, offset: number, from: Register): Instruction {
  return store(8, base, offset, from);
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

/** Calls a function of the kernel, by the number that its type has in BTF. */
export function callKernel(type: number): Instruction {
  const PSEUDO_KFUNC_CALL = 2;
  return [0x85, PSEUDO_KFUNC_CALL << 4, 0, type];
}

/** Skips `count` instructions if the register is 0. */
export function skipIfZero(register: Register, count: number): Instruction {
  return [0x15, register, count, 0];
}

export function exit(): Instruction {
  return [0x95, 0, 0, 0];
}

/** `to` = address of a byte in the value of an array map of one entry. */
export function loadMapValue(
  to: Register,
  descriptor: number,
  offset: number,
): readonly Instruction[] {
  const PSEUDO_MAP_VALUE = 2;
  return [[0x18, pack(to, PSEUDO_MAP_VALUE), 0, descriptor], [0, 0, 0, offset]];
}

export function assemble(program: readonly Line[]): Uint8Array<ArrayBuffer> {
  const instructions: Instruction[] = [];
  const places = new Map<string, number>();
  for (const line of program) {
    if (!("label" in line)) instructions.push(line);
    else if (places.has(line.label)) throw new Error(`The label ${line.label} is there twice`);
    else places.set(line.label, instructions.length);
  }
  const bytes = new Uint8Array(8 * instructions.length);
  const view = new DataView(bytes.buffer);
  instructions.forEach(([opcode, registers, offset, immediate], i) => {
    view.setUint8(8 * i, opcode);
    view.setUint8(8 * i + 1, registers);
    view.setInt16(8 * i + 2, typeof offset === "number" ? offset : distance(i, offset), true);
    view.setInt32(8 * i + 4, immediate, true);
  });
  return bytes;

  function distance(from: number, name: string): number {
    const to = places.get(name);
    if (to === undefined) throw new Error(`There is no label ${name}`);
    // Jumps count from the instruction after them.
    return to - from - 1;
  }
}
