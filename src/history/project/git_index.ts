/**
 * What git's index says, without what it remembers of the files: so two indexes of which git only refreshed one are equal.
 *
 * gitformat-index(5) has the format.
 *
 * @module
 */

const SIGNATURE = 0x44495243; // DIRC
const HEADER = 12;
/** Times, device, inode, mode, owner and size; the object's id follows. */
const STAT = 40;
const MODE = 24;
const EXTENDED = 0x4000;
/** Bits of the flags that are not the length of the name. */
const FLAGS = 0xf000;
/** Of a split index only a part is here. */
const SPLIT = "link";

/** One line for each entry: mode, id, flags and name (a binary string). Null for what is no index, or only a part of one. */
export function gitIndexEntries(bytes: Uint8Array): string[] | null {
  // A repository has ids of 20 bytes, or of 32.
  return [20, 32].map((idBytes) => parse(bytes, idBytes)).find((parsed) => parsed !== null) ?? null;
}

function parse(bytes: Uint8Array, idBytes: number): string[] | null {
  try {
    return read(bytes, idBytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function read(bytes: Uint8Array, idBytes: number): string[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== SIGNATURE) return null;
  const version = view.getUint32(4);
  if (version < 2 || version > 4) return null;
  const count = view.getUint32(8);
  const entries: string[] = [];
  let name = "";
  let at = HEADER;
  for (let i = 0; i < count; i++) {
    const start = at;
    const mode = view.getUint32(at + MODE);
    const id = hex(bytes, at + STAT, idBytes);
    at += STAT + idBytes;
    const flags = view.getUint16(at);
    at += 2;
    const extended = flags & EXTENDED ? view.getUint16(at) : 0;
    if (flags & EXTENDED) at += 2;
    let kept = 0;
    if (version === 4) {
      const [dropped, next] = variable(view, at);
      kept = name.length - dropped;
      at = next;
    }
    const end = bytes.indexOf(0, at);
    if (end < 0 || kept < 0) return null;
    name = name.slice(0, kept) + binary(bytes, at, end);
    // Filled with 1 to 8 NULs to a multiple of eight, but in version 4.
    at = version === 4 ? end + 1 : start + ((end - start + 8) & ~7);
    entries.push(`${mode.toString(8)} ${id} ${flags & FLAGS} ${extended} ${name}`);
  }
  while (at < bytes.length - idBytes) {
    if (binary(bytes, at, at + 4) === SPLIT) return null;
    at += 8 + view.getUint32(at + 4);
  }
  return at === bytes.length - idBytes ? entries : null;
}

/** A number of 7 bits a byte, as git's packs have offsets. */
function variable(view: DataView, at: number): [value: number, next: number] {
  let byte = view.getUint8(at++);
  let value = byte & 0x7f;
  while (byte & 0x80) {
    byte = view.getUint8(at++);
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return [value, at];
}

function binary(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function hex(bytes: Uint8Array, from: number, length: number): string {
  if (from + length > bytes.length) throw new RangeError("The index ends in the middle of an id");
  let text = "";
  for (let i = from; i < from + length; i++) text += bytes[i]!.toString(16).padStart(2, "0");
  return text;
}
