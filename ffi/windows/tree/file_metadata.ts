/**
 * What a file of NTFS has in extended attributes, as POSIX has it: WSL's are mode, owner and number of a device, the others are
 * `user.` ones. Names have no case there, and are stored in lower case; those that begin with `$` are the system's own.
 *
 * @module
 */

import type { ExtendedAttribute } from "../extended_attributes.ts";
import { type LxMetadata, parseLx } from "../lx_metadata.ts";

const NAMESPACE = "user.";
/** The length of a name is a byte. */
const LONGEST_NAME = 254;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const PERMISSIONS = 0o7777;
const WRITABLE = 0o222;

/** How a name is stored; null: it is not read. */
export function storedEaName(name: string): string | null {
  return name.startsWith("$") ? null : NAMESPACE + name.toLowerCase();
}

/** How a stored name is called there; null: it cannot be there. */
export function eaNameOf(stored: string): string | null {
  if (!stored.startsWith(NAMESPACE)) return null;
  const name = stored.slice(NAMESPACE.length).toUpperCase();
  return name === "" || name.startsWith("$") || name.length > LONGEST_NAME ? null : name;
}

/** Those that are read, by their stored names. */
export function readEas(list: readonly ExtendedAttribute[]): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map(list.flatMap(({ name, value }) => {
    const stored = storedEaName(name);
    return stored === null ? [] : [[stored, value]];
  }));
}

/** What stat(2) tells where `plain` is what attributes of Windows say: read-only is so whatever WSL says. */
export function withLx(plain: LxMetadata, list: readonly ExtendedAttribute[]): LxMetadata {
  const said = parseLx(list);
  const { mode: wanted, ...rest } = said;
  const isKind = wanted !== undefined && [0, plain.mode & S_IFMT].includes(wanted & S_IFMT);
  if (!isKind) return { ...plain, ...rest };
  const isReadOnly = (plain.mode & WRITABLE) === 0;
  const permissions = wanted & PERMISSIONS & ~(isReadOnly ? WRITABLE : 0);
  return { ...plain, ...rest, mode: plain.mode & S_IFMT | permissions };
}

/** Whether attributes of Windows alone say this mode. `kind`: with the kind of the file. */
export function isPlainMode(mode: number, kind: number): boolean {
  const permissions = mode & PERMISSIONS;
  return (kind & S_IFMT) === S_IFDIR
    ? permissions === 0o755
    : permissions === 0o644 || permissions === 0o444;
}
