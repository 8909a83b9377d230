/**
 * What `deno compile` was given, out of what it made of it: the runtime without somebody's program.
 *
 * @module
 */

const LC_SEGMENT_64 = 0x19;
const LC_SYMTAB = 0x2;
const LC_CODE_SIGNATURE = 0x1d;
const MACHO_HEADER_BYTES = 32;

/** The segment that the program is in on arm64, and what it begins with at the end of the file on x86_64. */
const PROGRAM_SEGMENT = "__SUI";
const PROGRAM_MARK = new TextEncoder().encode("<~sui-data~>");

interface LoadCommand {
  readonly at: number;
  readonly type: number;
  readonly bytes: number;
}

/** An ELF file ends with its section headers; the program is behind them. */
export function stripElf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = viewOf(bytes);
  const sections = Number(view.getBigUint64(40, true));
  return bytes.slice(0, sections + view.getUint16(58, true) * view.getUint16(60, true));
}

/** `deno compile` takes the resource with a program out of a Windows executable itself. */
export function stripExe(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes;
}

/** A Mach-O file: the program is a segment of its own before the last one (arm64) or behind the strings (x86_64). */
export function stripMachO(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const segment = commands(bytes).find((command) =>
    segmentName(bytes, command) === PROGRAM_SEGMENT
  );
  return segment === undefined ? withoutTail(bytes) : withoutSegment(bytes, segment);
}

/** Takes a segment out; what lies behind it moves up, in the file and in memory. */
function withoutSegment(bytes: Uint8Array<ArrayBuffer>, segment: LoadCommand) {
  const before = viewOf(bytes);
  const memory = before.getBigUint64(segment.at + 32, true);
  const [from, length] = [40, 48].map((at) => Number(before.getBigUint64(segment.at + at, true)));
  const result = new Uint8Array(bytes.length - length!);
  result.set(bytes.subarray(0, from));
  result.set(bytes.subarray(from! + length!), from);
  removeCommand(result, segment);
  const view = viewOf(result);
  for (const { at, type } of commands(result)) {
    if (type === LC_SEGMENT_64) {
      if (view.getBigUint64(at + 40, true) <= from!) continue;
      view.setBigUint64(at + 24, view.getBigUint64(at + 24, true) - memory, true);
      view.setBigUint64(at + 40, view.getBigUint64(at + 40, true) - BigInt(length!), true);
      continue;
    }
    for (const field of FILE_OFFSETS.get(type) ?? []) {
      const offset = view.getUint32(at + field, true);
      if (offset > from!) view.setUint32(at + field, offset - length!, true);
    }
  }
  return result;
}

/** Ends the file before the program, which had been given to the last segment and to the strings. */
function withoutTail(bytes: Uint8Array<ArrayBuffer>) {
  const all = commands(bytes);
  const view = viewOf(bytes);
  const symbols = all.find(({ type }) => type === LC_SYMTAB);
  const last = all.findLast(({ type }) => type === LC_SEGMENT_64);
  if (symbols === undefined || last === undefined) throw new Error("it has no symbols");
  const strings = view.getUint32(symbols.at + 16, true);
  const end = indexOf(bytes, PROGRAM_MARK, strings);
  const start = Number(view.getBigUint64(last.at + 40, true));
  view.setUint32(symbols.at + 20, end - strings, true);
  view.setBigUint64(last.at + 48, BigInt(end - start), true);
  view.setBigUint64(last.at + 32, BigInt(Math.ceil((end - start) / 4096) * 4096), true);
  const signature = all.find(({ type }) => type === LC_CODE_SIGNATURE);
  if (signature !== undefined) removeCommand(bytes, signature);
  return bytes.slice(0, end);
}

/** Load commands that name places in the file, and where they do. */
const FILE_OFFSETS: ReadonlyMap<number, readonly number[]> = new Map([
  [LC_SYMTAB, [8, 16]],
  [0xb, [32, 40, 48, 56, 64, 72]], // LC_DYSYMTAB
  [0x80000022, [8, 16, 24, 32, 40]], // LC_DYLD_INFO_ONLY
  [LC_CODE_SIGNATURE, [8]],
  [0x26, [8]], // LC_FUNCTION_STARTS
  [0x29, [8]], // LC_DATA_IN_CODE
  [0x80000033, [8]], // LC_DYLD_EXPORTS_TRIE
  [0x80000034, [8]], // LC_DYLD_CHAINED_FIXUPS
]);

function commands(bytes: Uint8Array<ArrayBuffer>): LoadCommand[] {
  const view = viewOf(bytes);
  const found: LoadCommand[] = [];
  let at = MACHO_HEADER_BYTES;
  for (let count = view.getUint32(16, true); count > 0; count--) {
    const length = view.getUint32(at + 4, true);
    found.push({ at, type: view.getUint32(at, true), bytes: length });
    at += length;
  }
  return found;
}

function removeCommand(bytes: Uint8Array<ArrayBuffer>, { at, bytes: length }: LoadCommand): void {
  const view = viewOf(bytes);
  const end = MACHO_HEADER_BYTES + view.getUint32(20, true);
  bytes.copyWithin(at, at + length, end);
  bytes.fill(0, end - length, end);
  view.setUint32(16, view.getUint32(16, true) - 1, true);
  view.setUint32(20, view.getUint32(20, true) - length, true);
}

function segmentName(bytes: Uint8Array<ArrayBuffer>, { at, type }: LoadCommand): string | null {
  if (type !== LC_SEGMENT_64) return null;
  return new TextDecoder().decode(bytes.subarray(at + 8, at + 24)).replace(/\0.*$/, "");
}

function indexOf(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(mark[0]!, from); at >= 0; at = bytes.indexOf(mark[0]!, at + 1)) {
    if (mark.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  throw new Error("it has no program at its end");
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
