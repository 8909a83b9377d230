/**
 * What WSL keeps of a file in extended attributes, because Windows has no place for it: mode, owner, number of a device.
 *
 * @module
 */

import type { ExtendedAttribute } from "./extended_attributes.ts";

export const LX = {
  UID: "$LXUID",
  GID: "$LXGID",
  MODE: "$LXMOD",
  DEVICE: "$LXDEV",
} as const;

export interface LxMetadata {
  /** With the kind of the file. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** A dev_t in Linux's 32 bits. */
  readonly rdev: number;
}

const S_IFMT = 0o170000;
const DEVICES: readonly number[] = [0o020000, 0o060000];

/** As WSL lays them. */
export function layLx(said: Partial<LxMetadata>): ExtendedAttribute[] {
  const { mode, uid, gid, rdev } = said;
  const list: ExtendedAttribute[] = [];
  if (uid !== undefined) list.push({ name: LX.UID, value: words(uid) });
  if (gid !== undefined) list.push({ name: LX.GID, value: words(gid) });
  if (mode !== undefined) list.push({ name: LX.MODE, value: words(mode) });
  if (rdev !== undefined && DEVICES.includes((mode ?? 0) & S_IFMT)) {
    const [major, minor] = [rdev >>> 8 & 0xfff, rdev & 0xff | rdev >>> 12 & 0xfff00];
    list.push({ name: LX.DEVICE, value: words(major, minor) });
  }
  return list;
}

/** What of it there is, and can be read. */
export function parseLx(list: readonly ExtendedAttribute[]): Partial<LxMetadata> {
  const of = (name: string) => list.find((ea) => ea.name.toUpperCase() === name)?.value;
  const [uid, gid, mode] = [LX.UID, LX.GID, LX.MODE].map((name) => word(of(name), 0, 4));
  const device = of(LX.DEVICE);
  const [major, minor] = [0, 4].map((at) => word(device, at, 8));
  const said: { -readonly [K in keyof LxMetadata]?: number } = {};
  if (uid !== null) said.uid = uid!;
  if (gid !== null) said.gid = gid!;
  if (mode !== null) said.mode = mode!;
  if (major !== null) {
    said.rdev = ((minor! & 0xfff00) << 12 | (major! & 0xfff) << 8 | minor! & 0xff) >>> 0;
  }
  return said;
}

function word(value: Uint8Array | undefined, at: number, length: number): number | null {
  if (value?.length !== length) return null;
  return new DataView(value.buffer, value.byteOffset).getUint32(at, true);
}

function words(...numbers: number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  numbers.forEach((number, i) => view.setUint32(4 * i, number, true));
  return new Uint8Array(view.buffer);
}
