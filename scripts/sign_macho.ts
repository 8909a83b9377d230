/**
 * Gives an executable for macOS an ad hoc signature: deno run -A scripts/sign_macho.ts FILE IDENTIFIER
 *
 * It names nobody: it has the hash of each page, by which the system finds that the file is whole. On arm64 nothing starts
 * without; on x86_64 it is what keeps one and the same program known to the firewall and to privacy settings. A signature
 * that is there already gives way: `deno compile` names every program `a.out`.
 *
 * The signature is what the file ends with, and part of the segment `__LINKEDIT`, which is the last one.
 */

const MAGIC_64 = 0xfeedfacf;
const HEADER_BYTES = 32;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const SIGNATURE_COMMAND_BYTES = 16;
/** Where the signature begins is a multiple of this. */
const ALIGNMENT = 16;
/** Of arm64; those of x86_64 are a quarter of it. */
const MEMORY_PAGE = 0x4000;

/** struct segment_command_64, and a section in it. */
const SEGMENT = { NAME: 8, VM_SIZE: 32, FILE_OFFSET: 40, FILE_SIZE: 48, SECTIONS: 64, SIZE_OF: 72 };
const SECTION = { OFFSET: 48, SIZE_OF: 80 };

/** What is of the signature is big endian. */
const EMBEDDED_SIGNATURE = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
/** With where the executable segment is, which the system asks for. */
const VERSION = 0x20400;
const SUPERBLOB_BYTES = 20;
const DIRECTORY_BYTES = 88;
const AD_HOC = 2;
const SHA256 = 2;
const SHA256_BYTES = 32;
const PAGE_SHIFT = 12;
const MAIN_BINARY = 1;

interface Layout {
  readonly view: DataView;
  /** Offsets of the commands. */
  readonly text: number;
  readonly linkEdit: number;
  /** Null: it has none. */
  readonly signature: number | null;
  /** Where the commands end, and what they may grow to. */
  readonly end: number;
  readonly room: number;
}

/** The file as it is with a signature for `identifier`. Throws if it is none that can be signed. */
export async function signMachO(
  bytes: Uint8Array<ArrayBuffer>,
  identifier: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const layout = layoutOf(bytes);
  const { view, text, linkEdit, signature } = layout;
  const content = signature === null ? bytes.length : view.getUint32(signature + 8, true);
  const start = Math.ceil(content / ALIGNMENT) * ALIGNMENT;
  const name = new TextEncoder().encode(identifier + "\0");
  const pages = Math.ceil(start / 2 ** PAGE_SHIFT);
  const hashesAt = DIRECTORY_BYTES + name.length;
  const directoryBytes = hashesAt + pages * SHA256_BYTES;
  const length = SUPERBLOB_BYTES + directoryBytes;

  const signed = new Uint8Array(start + length);
  signed.set(bytes.subarray(0, content));
  const made = new DataView(signed.buffer);
  announce(made, layout, start, length);
  const fileOffset = Number(made.getBigUint64(linkEdit + SEGMENT.FILE_OFFSET, true));
  const linkEditBytes = start + length - fileOffset;
  const memory = Math.ceil(linkEditBytes / MEMORY_PAGE) * MEMORY_PAGE;
  made.setBigUint64(linkEdit + SEGMENT.FILE_SIZE, BigInt(linkEditBytes), true);
  made.setBigUint64(linkEdit + SEGMENT.VM_SIZE, BigInt(memory), true);

  const words = (at: number, ...values: number[]) =>
    values.forEach((value, i) => made.setUint32(start + at + 4 * i, value));
  words(0, EMBEDDED_SIGNATURE, length, 1, 0, SUPERBLOB_BYTES);
  words(SUPERBLOB_BYTES, CODE_DIRECTORY, directoryBytes, VERSION, AD_HOC);
  // Of the hashes none is of anything besides pages.
  words(SUPERBLOB_BYTES + 16, hashesAt, DIRECTORY_BYTES, 0, pages, start);
  signed.set([SHA256_BYTES, SHA256, 0, PAGE_SHIFT], start + SUPERBLOB_BYTES + 36);
  const textField = (at: number) => made.getBigUint64(text + at, true);
  made.setBigUint64(start + SUPERBLOB_BYTES + 64, textField(SEGMENT.FILE_OFFSET));
  made.setBigUint64(start + SUPERBLOB_BYTES + 72, textField(SEGMENT.FILE_SIZE));
  made.setBigUint64(start + SUPERBLOB_BYTES + 80, BigInt(MAIN_BINARY));
  signed.set(name, start + SUPERBLOB_BYTES + DIRECTORY_BYTES);
  // Last: what the pages of the commands have is said.
  for (let page = 0; page < pages; page++) {
    const from = page * 2 ** PAGE_SHIFT;
    const digest = await crypto.subtle.digest(
      "SHA-256",
      signed.subarray(from, Math.min(from + 2 ** PAGE_SHIFT, start)),
    );
    const at = start + SUPERBLOB_BYTES + hashesAt + page * SHA256_BYTES;
    signed.set(new Uint8Array(digest), at);
  }
  return signed;
}

/** Says in the commands where the signature is. */
function announce(made: DataView, layout: Layout, start: number, length: number): void {
  let at = layout.signature;
  if (at === null) {
    at = layout.end;
    if (at + SIGNATURE_COMMAND_BYTES > layout.room) {
      throw new Error("it has no room for one more command");
    }
    made.setUint32(at, LC_CODE_SIGNATURE, true);
    made.setUint32(at + 4, SIGNATURE_COMMAND_BYTES, true);
    made.setUint32(16, made.getUint32(16, true) + 1, true);
    made.setUint32(20, made.getUint32(20, true) + SIGNATURE_COMMAND_BYTES, true);
  }
  made.setUint32(at + 8, start, true);
  made.setUint32(at + 12, length, true);
}

function layoutOf(bytes: Uint8Array<ArrayBuffer>): Layout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC_64) {
    throw new Error("it is no Mach-O file of 64 bits, little endian");
  }
  let text: number | null = null;
  let linkEdit: number | null = null;
  let signature: number | null = null;
  let room = bytes.length;
  let at = HEADER_BYTES;
  for (let count = view.getUint32(16, true); count > 0; count--) {
    const command = view.getUint32(at, true);
    if (command === LC_CODE_SIGNATURE) signature = at;
    if (command === LC_SEGMENT_64) {
      const name = nameAt(bytes, at + SEGMENT.NAME);
      if (name === "__TEXT") text = at;
      if (name === "__LINKEDIT") linkEdit = at;
      for (let i = view.getUint32(at + SEGMENT.SECTIONS, true); i > 0; i--) {
        const section = at + SEGMENT.SIZE_OF + (i - 1) * SECTION.SIZE_OF;
        const offset = view.getUint32(section + SECTION.OFFSET, true);
        if (offset > 0) room = Math.min(room, offset);
      }
    }
    at += view.getUint32(at + 4, true);
  }
  if (text === null || linkEdit === null) throw new Error("it has no __TEXT or no __LINKEDIT");
  const end = Number(
    view.getBigUint64(linkEdit + SEGMENT.FILE_OFFSET, true) +
      view.getBigUint64(linkEdit + SEGMENT.FILE_SIZE, true),
  );
  if (end !== bytes.length) throw new Error("it does not end with its segment __LINKEDIT");
  if (
    signature !== null &&
    view.getUint32(signature + 8, true) + view.getUint32(signature + 12, true) !== end
  ) throw new Error("it does not end with its signature");
  return { view, text, linkEdit, signature, end: at, room };
}

function nameAt(bytes: Uint8Array, at: number): string {
  return new TextDecoder().decode(bytes.subarray(at, at + 16)).replace(/\0+$/, "");
}

if (import.meta.main) {
  const [path, identifier] = Deno.args;
  try {
    const signed = await signMachO(await Deno.readFile(path!), identifier!);
    const draft = `${path}.${Deno.pid}`;
    await Deno.writeFile(draft, signed, { mode: 0o755 });
    await Deno.rename(draft, path!);
  } catch (error) {
    console.error(
      `sign_macho: cannot sign ${path}: ${error instanceof Error ? error.message : error}`,
    );
    Deno.exit(1);
  }
}
