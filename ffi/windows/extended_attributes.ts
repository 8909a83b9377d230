/**
 * FILE_FULL_EA_INFORMATION: a list of extended attributes. Each begins at a multiple of four.
 *
 * @module
 */

const HEADER = 8;

export interface ExtendedAttribute {
  /** A binary string. */
  readonly name: string;
  /** An empty one is none: setting it removes the attribute. */
  readonly value: Uint8Array<ArrayBuffer>;
}

/** Null if it is not well formed. */
export function parseExtendedAttributes(bytes: Uint8Array): ExtendedAttribute[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const list: ExtendedAttribute[] = [];
  for (let at = 0; bytes.length > 0;) {
    if (at + HEADER > bytes.length) return null;
    const next = view.getUint32(at, true);
    const nameLength = view.getUint8(at + 5);
    const valueLength = view.getUint16(at + 6, true);
    const end = at + HEADER + nameLength + 1 + valueLength;
    if (nameLength === 0 || end > bytes.length) return null;
    const nameStart = at + HEADER;
    const name = String.fromCharCode(...bytes.subarray(nameStart, nameStart + nameLength));
    list.push({ name, value: bytes.slice(nameStart + nameLength + 1, end) });
    if (next === 0) return list;
    if (next % 4 !== 0 || at + next < end) return null;
    at += next;
  }
  return list;
}

export function layExtendedAttributes(
  list: readonly ExtendedAttribute[],
): Uint8Array<ArrayBuffer> {
  const sizes = list.map(({ name, value }) => HEADER + name.length + 1 + value.length);
  const bytes = new Uint8Array(
    sizes.reduce((sum, size, i) => sum + (i === list.length - 1 ? size : aligned(size)), 0),
  );
  const view = new DataView(bytes.buffer);
  let at = 0;
  list.forEach(({ name, value }, i) => {
    if (i < list.length - 1) view.setUint32(at, aligned(sizes[i]!), true);
    view.setUint8(at + 5, name.length);
    view.setUint16(at + 6, value.length, true);
    for (let k = 0; k < name.length; k++) bytes[at + HEADER + k] = name.charCodeAt(k);
    bytes.set(value, at + HEADER + name.length + 1);
    at += aligned(sizes[i]!);
  });
  return bytes;
}

/** What NTFS and the driver count of an attribute: the list as OS/2 packed it. */
export function packedSize({ name, value }: ExtendedAttribute): number {
  return 4 + name.length + 1 + value.length;
}

function aligned(size: number): number {
  return (size + 3) & ~3;
}
