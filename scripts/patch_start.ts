/**
 * Lets an executable begin with the code of start_code.ts: deno run -A scripts/patch_start.ts FILE
 *
 * The code takes the place of the section headers, which nothing needs to run a program, so that what `deno compile` has put
 * behind the ELF file stays where it is; a note's program header becomes that of the segment with the code. Done twice it
 * changes nothing.
 */

import { START_CODES, type StartCode } from "./start_code.ts";

const PT_LOAD = 1;
const PT_NOTE = 4;
const PF_READ_EXECUTE = 5;

interface Segment {
  /** Offset of its program header. */
  readonly at: number;
  readonly type: number;
  readonly address: number;
  readonly memory: number;
  readonly align: number;
}

/**
 * Patches the ELF file at the beginning of `bytes` in place. Returns false if it was patched already.
 * Throws if it is none, or none that can be patched.
 */
export function patchStart(bytes: Uint8Array<ArrayBuffer>): boolean {
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error("it is no ELF file of 64 bits, little endian");
  }
  const code = START_CODES.find(({ machine }) => machine === view.getUint16(18, true));
  if (code === undefined) {
    throw new Error(`there is no code for machine ${view.getUint16(18, true)}`);
  }
  const [entry, sections] = [number(view, 24), number(view, 40)];
  if (sections === 0) {
    if (isPatched(bytes, view, code)) return false;
    throw new Error("it has no section headers whose place the code could take");
  }
  const room = view.getUint16(58, true) * view.getUint16(60, true);
  const segments = segmentsOf(view);
  const loaded = segments.filter(({ type }) => type === PT_LOAD);
  const note = segments.findLast(({ type }) => type === PT_NOTE);
  // Segments have to be in the order of their addresses.
  if (note === undefined || loaded.some(({ at }) => at > note.at)) {
    throw new Error("it has no note behind its segments");
  }
  const align = Math.max(...loaded.map((segment) => segment.align));
  const end = Math.max(...loaded.map(({ address, memory }) => address + memory));
  const address = Math.ceil(end / align) * align + sections % align;
  const program = assemble(code, entry - address);
  if (program.length > room || sections + room > bytes.length || sections % 4 !== 0) {
    throw new Error("its section headers leave no room for the code");
  }
  bytes.fill(0, sections, sections + room);
  bytes.set(program, sections);
  view.setUint32(note.at, PT_LOAD, true);
  view.setUint32(note.at + 4, PF_READ_EXECUTE, true);
  const fields = [sections, address, address, program.length, program.length, align];
  for (const [i, field] of fields.entries()) put(view, note.at + 8 + 8 * i, field);
  put(view, 24, address);
  put(view, 40, 0);
  // e_shnum and e_shstrndx.
  view.setUint16(60, 0, true);
  view.setUint16(62, 0, true);
  return true;
}

function isPatched(bytes: Uint8Array, view: DataView, code: StartCode): boolean {
  const entry = number(view, 24);
  const start = assemble(code, 0).subarray(0, offsetOfJump(code));
  return segmentsOf(view).some(({ at, address }) => {
    const offset = number(view, at + 8);
    return address === entry && start.every((byte, i) => bytes[offset + i] === byte);
  });
}

function segmentsOf(view: DataView): Segment[] {
  const [table, size, count] = [
    number(view, 32),
    view.getUint16(54, true),
    view.getUint16(56, true),
  ];
  return Array.from({ length: count }, (_, i) => {
    const at = table + i * size;
    return {
      at,
      type: view.getUint32(at, true),
      address: number(view, at + 16),
      memory: number(view, at + 40),
      align: number(view, at + 48),
    };
  });
}

/** The code, with a jump to what is `distance` bytes from its beginning. */
function assemble(code: StartCode, distance: number): Uint8Array {
  const jump = code.encodeJump(distance - offsetOfJump(code));
  const parts = code.lines.map(([text], i) => i === code.jump ? [...jump] : hex(text));
  return Uint8Array.from(parts.flat());
}

function offsetOfJump({ lines, jump }: StartCode): number {
  return lines.slice(0, jump).reduce((sum, [text]) => sum + hex(text).length, 0);
}

function hex(text: string): number[] {
  return text.split(" ").map((byte) => parseInt(byte, 16));
}

function number(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function put(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}

if (import.meta.main) {
  const [path] = Deno.args;
  try {
    const bytes = await Deno.readFile(path!);
    if (patchStart(bytes)) {
      const draft = `${path}.${Deno.pid}`;
      await Deno.writeFile(draft, bytes, { mode: 0o755 });
      await Deno.rename(draft, path!);
    }
  } catch (error) {
    console.error(
      `patch_start: cannot patch ${path}: ${error instanceof Error ? error.message : error}`,
    );
    Deno.exit(1);
  }
}
