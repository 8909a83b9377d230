/**
 * Security descriptors, self-relative, and the SIDs in them.
 *
 * @module
 */

const REVISION = 1;
const HEADER = 20;
const SELF_RELATIVE = 0x8000;
const DACL_PROTECTED = 0x1000;
const DACL_PRESENT = 0x4;
const ACL_HEADER = 8;
const ACE_HEADER = 8;
const ACCESS_ALLOWED = 0;
const ACCESS_DENIED = 1;

/** `S-1-5-18` as bytes. Throws for what is none. */
export function sidBytes(text: string): Uint8Array<ArrayBuffer> {
  const match = /^S-1-(\d+)((?:-\d+){1,15})$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no SID`);
  const parts = match[2]!.slice(1).split("-").map(Number);
  const bytes = new Uint8Array(8 + 4 * parts.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, REVISION);
  view.setUint8(1, parts.length);
  view.setUint16(2, Math.floor(Number(match[1]) / 2 ** 32));
  view.setUint32(4, Number(match[1]));
  parts.forEach((part, i) => view.setUint32(8 + 4 * i, part, true));
  return bytes;
}

/** Length of the SID at `at`; 0 if none is there whole. */
function sidLength(bytes: Uint8Array, at: number): number {
  if (at + 8 > bytes.length || bytes[at] !== REVISION) return 0;
  const length = 8 + 4 * bytes[at + 1]!;
  return bytes[at + 1]! <= 15 && at + length <= bytes.length ? length : 0;
}

export function isSameSid(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export interface Ace {
  readonly allows: boolean;
  readonly mask: number;
  readonly sid: Uint8Array;
}

export interface SecurityDescriptor {
  readonly owner: Uint8Array | null;
  readonly group: Uint8Array | null;
  /** Null: there is none, and everybody may do everything. */
  readonly dacl: readonly Ace[] | null;
}

export function layDescriptor(
  { owner, group, dacl }: SecurityDescriptor,
): Uint8Array<ArrayBuffer> {
  const aclSize = dacl === null
    ? 0
    : ACL_HEADER + dacl.reduce((sum, { sid }) => sum + ACE_HEADER + sid.length, 0);
  const size = HEADER + (owner?.length ?? 0) + (group?.length ?? 0) + aclSize;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, REVISION);
  const control = SELF_RELATIVE | (dacl === null ? 0 : DACL_PRESENT | DACL_PROTECTED);
  view.setUint16(2, control, true);
  let at = HEADER;
  [owner, group].forEach((sid, i) => {
    if (sid === null) return;
    view.setUint32(4 + 4 * i, at, true);
    bytes.set(sid, at);
    at += sid.length;
  });
  if (dacl === null) return bytes;
  view.setUint32(16, at, true);
  view.setUint8(at, 2);
  view.setUint16(at + 2, aclSize, true);
  view.setUint16(at + 4, dacl.length, true);
  at += ACL_HEADER;
  for (const { allows, mask, sid } of dacl) {
    view.setUint8(at, allows ? ACCESS_ALLOWED : ACCESS_DENIED);
    view.setUint16(at + 2, ACE_HEADER + sid.length, true);
    view.setUint32(at + 4, mask, true);
    bytes.set(sid, at + ACE_HEADER);
    at += ACE_HEADER + sid.length;
  }
  return bytes;
}

/** Null if it is not well formed. Entries that neither allow nor deny access are left out. */
export function parseDescriptor(bytes: Uint8Array): SecurityDescriptor | null {
  if (bytes.length < HEADER || bytes[0] !== REVISION) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const control = view.getUint16(2, true);
  const [owner, group] = [4, 8].map((field) => sidAt(bytes, view.getUint32(field, true)));
  const at = (control & DACL_PRESENT) === 0 ? 0 : view.getUint32(16, true);
  const dacl = at === 0 ? null : parseAcl(bytes, view, at);
  if (owner === undefined || group === undefined || dacl === undefined) return null;
  return { owner, group, dacl };
}

/** Undefined if no SID is there. */
function sidAt(bytes: Uint8Array, at: number): Uint8Array | null | undefined {
  if (at === 0) return null;
  const length = sidLength(bytes, at);
  return length === 0 ? undefined : bytes.subarray(at, at + length);
}

function parseAcl(bytes: Uint8Array, view: DataView, at: number): Ace[] | undefined {
  if (at + ACL_HEADER > bytes.length) return undefined;
  const end = at + view.getUint16(at + 2, true);
  const count = view.getUint16(at + 4, true);
  if (end > bytes.length) return undefined;
  const aces: Ace[] = [];
  let next = at + ACL_HEADER;
  for (let i = 0; i < count; i++) {
    if (next + ACE_HEADER > end) return undefined;
    const [type, size] = [view.getUint8(next), view.getUint16(next + 2, true)];
    if (size < ACE_HEADER || next + size > end) return undefined;
    if (type === ACCESS_ALLOWED || type === ACCESS_DENIED) {
      const length = sidLength(bytes, next + ACE_HEADER);
      if (length === 0) return undefined;
      const sid = bytes.subarray(next + ACE_HEADER, next + ACE_HEADER + length);
      aces.push({ allows: type === ACCESS_ALLOWED, mask: view.getUint32(next + 4, true), sid });
    }
    next += size;
  }
  return aces;
}
