/**
 * REPARSE_DATA_BUFFER: what a file has that stands for something else.
 *
 * @module
 */

import { ReparseTag } from "./nt_file.ts";

const HEADER = 8;
const SYMLINK_HEADER = 12;
const JUNCTION_HEADER = 8;
const RELATIVE = 1;
/** What begins a path of the kernel's own. */
export const NT_PREFIX = "\\??\\";

export interface SymlinkData {
  /** With backslashes; an absolute one begins with {@linkcode NT_PREFIX}. */
  readonly target: string;
  readonly isRelative: boolean;
}

export interface ReparseData {
  readonly tag: number;
  /** Behind the header. */
  readonly data: Uint8Array;
}

/** Null if it is not what its header says. */
export function parseReparseData(bytes: Uint8Array): ReparseData | null {
  if (bytes.length < HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint16(4, true);
  if (HEADER + length !== bytes.length) return null;
  return { tag: view.getUint32(0, true), data: bytes.subarray(HEADER) };
}

export function reparseData(tag: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, tag, true);
  view.setUint16(4, data.length, true);
  bytes.set(data, HEADER);
  return bytes;
}

/** What a target has room for to be there twice, in what the driver takes of a request or a response. */
const LONGEST_TWICE = 4000;

/** Of a symlink: its target, as programs resolve it and, unless it is too long for that, as people read it. */
export function symlinkData({ target, isRelative }: SymlinkData): Uint8Array<ArrayBuffer> {
  const shown = target.startsWith(NT_PREFIX) ? target.slice(NT_PREFIX.length) : target;
  const printed = target.length > LONGEST_TWICE ? "" : shown;
  const data = new Uint8Array(SYMLINK_HEADER + 2 * (target.length + printed.length));
  const view = new DataView(data.buffer);
  view.setUint16(0, 0, true);
  view.setUint16(2, 2 * target.length, true);
  view.setUint16(4, 2 * target.length, true);
  view.setUint16(6, 2 * printed.length, true);
  view.setUint32(8, isRelative ? RELATIVE : 0, true);
  [...units(target), ...units(printed)].forEach((unit, i) =>
    view.setUint16(SYMLINK_HEADER + 2 * i, unit, true)
  );
  return reparseData(ReparseTag.SYMLINK, data);
}

/** Null if names lie outside. */
export function parseSymlinkData(data: Uint8Array): SymlinkData | null {
  const target = firstName(data, SYMLINK_HEADER);
  if (target === null) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return { target, isRelative: (view.getUint32(8, true) & RELATIVE) !== 0 };
}

/** Of a junction: two names, each ended by a NUL, with no room left between them. */
export function junctionData({ target }: SymlinkData): Uint8Array<ArrayBuffer> {
  const printed = target.length > LONGEST_TWICE ? "" : target.slice(NT_PREFIX.length);
  const data = new Uint8Array(JUNCTION_HEADER + 2 * (target.length + printed.length + 2));
  const view = new DataView(data.buffer);
  view.setUint16(2, 2 * target.length, true);
  view.setUint16(4, 2 * (target.length + 1), true);
  view.setUint16(6, 2 * printed.length, true);
  units(`${target}\0${printed}\0`).forEach((unit, i) =>
    view.setUint16(JUNCTION_HEADER + 2 * i, unit, true)
  );
  return reparseData(ReparseTag.MOUNT_POINT, data);
}

/** Of a junction: a link to a directory, by its whole path. Null if names lie outside. */
export function parseJunctionData(data: Uint8Array): SymlinkData | null {
  const target = firstName(data, JUNCTION_HEADER);
  return target === null ? null : { target, isRelative: false };
}

/** The name that programs resolve. */
function firstName(data: Uint8Array, header: number): string | null {
  if (data.length < header) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const start = header + view.getUint16(0, true);
  const length = view.getUint16(2, true);
  if (length === 0 || length % 2 !== 0 || start + length > data.length) return null;
  let name = "";
  for (let at = start; at < start + length; at += 2) {
    name += String.fromCharCode(view.getUint16(at, true));
  }
  return name;
}

function units(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}
