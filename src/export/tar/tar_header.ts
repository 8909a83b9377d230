/**
 * A header block of a tar archive (POSIX.1-1988, ustar).
 *
 * @module
 */

export const BLOCK_BYTES = 512;

/** Kinds of entries, by the names of tar.h. */
export const REGTYPE = "0";
export const LNKTYPE = "1";
export const SYMTYPE = "2";
export const CHRTYPE = "3";
export const BLKTYPE = "4";
export const DIRTYPE = "5";
export const FIFOTYPE = "6";
/** PAX: its data is about the next entry. */
export const XHDTYPE = "x";

export interface TarHeader {
  /** Binary string; see {@linkcode splitName}. */
  readonly name: string;
  readonly prefix: string;
  readonly linkName: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** Largest numbers of the fields: octal digits with an end. */
export const ID_MAX = 0o7777777;
export const LONG_MAX = 0o77777777777;

/** True if the field for the target of a link has room for it. */
export function fitsLinkName(path: string): boolean {
  return path.length <= NAME_BYTES;
}

/** The path in the two fields there are for it, or null if it does not fit. */
export function splitName(path: string): { name: string; prefix: string } | null {
  if (path.length <= NAME_BYTES) return { name: path, prefix: "" };
  const slash = path.indexOf("/", path.length - NAME_BYTES - 1);
  // A slash at the very end is the name's: a directory's.
  if (slash <= 0 || slash > PREFIX_BYTES || slash === path.length - 1) return null;
  return { name: path.slice(slash + 1), prefix: path.slice(0, slash) };
}

/** The block. Numbers that are too large for their field stand as 0: PAX has them. */
export function tarHeader(header: TarHeader): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string, length: number) => {
    for (let i = 0; i < text.length && i < length; i++) block[at + i] = text.charCodeAt(i);
  };
  const octal = (at: number, value: number, length: number) => {
    const fits = value >= 0 && value < 8 ** (length - 1);
    put(at, (fits ? value : 0).toString(8).padStart(length - 1, "0"), length);
  };
  put(0, header.name, NAME_BYTES);
  octal(100, header.mode, 8);
  octal(108, header.uid, 8);
  octal(116, header.gid, 8);
  octal(124, header.size, 12);
  octal(136, header.mtime, 12);
  put(148, " ".repeat(8), 8);
  put(156, header.type, 1);
  put(157, header.linkName, NAME_BYTES);
  put(257, "ustar\0" + "00", 8);
  octal(329, header.major, 8);
  octal(337, header.minor, 8);
  put(345, header.prefix, PREFIX_BYTES);
  octal(148, block.reduce((sum, byte) => sum + byte, 0), 7);
  block[155] = 0x20;
  return block;
}

/** Zeros that fill the last block of so many bytes. */
export function padding(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((BLOCK_BYTES - bytes % BLOCK_BYTES) % BLOCK_BYTES);
}
