/**
 * Requests that no kernel would send: right ones with something wrong, and noise.
 *
 * @module
 */

import { IN_HEADER, Opcode, OPCODE_LIMIT } from "../../ffi/fuse_kernel.ts";

export type Random = (below: number) => number;

const LARGEST_REQUEST = 150_000;
const SIZES = [0, 1, 2, 3, 4, 7, 15, 16, 255, 256, 4096, 65536, 1 << 20, 2 ** 31, 2 ** 32 - 1];
const LARGE = [
  2n ** 31n,
  2n ** 32n,
  2n ** 40n,
  2n ** 52n - 1n,
  2n ** 52n,
  2n ** 52n + 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const NAMES = ["a", "b", "c", "d", "é", "x".repeat(255), "x".repeat(256), "x".repeat(5000)];
const ODD_NAMES = ["", ".", "..", "a/b", "/", ".agentvfs", "ctl", "status"];
const XATTRS = ["user.a", "user.b", "trusted.t", "system.posix_acl_access", "user.", "nonsense"];

/** Bytes of the fields and number of names, roughly as the kernel sends them. */
const LAYOUTS: ReadonlyMap<number, readonly [fields: number, names: number]> = new Map([
  [Opcode.LOOKUP, [0, 1]],
  [Opcode.FORGET, [8, 0]],
  [Opcode.GETATTR, [16, 0]],
  [Opcode.SETATTR, [88, 0]],
  [Opcode.SYMLINK, [0, 2]],
  [Opcode.MKNOD, [16, 1]],
  [Opcode.MKDIR, [8, 1]],
  [Opcode.UNLINK, [0, 1]],
  [Opcode.RMDIR, [0, 1]],
  [Opcode.RENAME, [8, 2]],
  [Opcode.RENAME2, [16, 2]],
  [Opcode.LINK, [8, 1]],
  [Opcode.OPEN, [8, 0]],
  [Opcode.READ, [40, 0]],
  [Opcode.WRITE, [40, 0]],
  [Opcode.FSYNC, [16, 0]],
  [Opcode.SETXATTR, [8, 1]],
  [Opcode.GETXATTR, [8, 1]],
  [Opcode.LISTXATTR, [8, 0]],
  [Opcode.REMOVEXATTR, [0, 1]],
  [Opcode.INIT, [64, 0]],
  [Opcode.READDIR, [40, 0]],
  [Opcode.READDIRPLUS, [40, 0]],
  [Opcode.CREATE, [16, 1]],
  [Opcode.TMPFILE, [16, 1]],
  [Opcode.BATCH_FORGET, [8, 0]],
  [Opcode.FALLOCATE, [32, 0]],
  [Opcode.LSEEK, [24, 0]],
  [Opcode.COPY_FILE_RANGE, [56, 0]],
]);
/** Those that make something come more often, or there would soon be little to work on. */
const KNOWN = [
  ...LAYOUTS.keys(),
  ...[Opcode.CREATE, Opcode.CREATE, Opcode.MKDIR, Opcode.WRITE, Opcode.WRITE, Opcode.LOOKUP],
];

const bytes = new Uint8Array(LARGEST_REQUEST + 8192);
const view = new DataView(bytes.buffer);

/** A request. `nodes`: node ids that exist. The bytes are good until the next call. */
export function malformedRequest(
  random: Random,
  unique: number,
  nodes: readonly number[],
): Uint8Array<ArrayBuffer> {
  const opcode = random(20) === 0 ? random(2 * OPCODE_LIMIT) : KNOWN[random(KNOWN.length)]!;
  let length = fill(random, opcode, nodes);
  if (random(4) === 0) length = random(length + 1);
  else if (random(8) === 0) length += random(200);
  if (random(6) === 0) flip(random, length);
  view.setUint32(IN_HEADER.OPCODE, opcode, true);
  view.setBigUint64(IN_HEADER.UNIQUE, BigInt(unique), true);
  view.setUint32(IN_HEADER.LENGTH, random(30) === 0 ? random(1000) : length, true);
  return bytes.subarray(0, length);
}

function fill(random: Random, opcode: number, nodes: readonly number[]): number {
  const [fields, names] = LAYOUTS.get(opcode) ?? [random(100), random(3)];
  bytes.fill(0, 0, IN_HEADER.SIZE);
  if (random(10) === 0) setNumber(random, IN_HEADER.NODEID, nodes);
  else view.setBigUint64(IN_HEADER.NODEID, BigInt(nodes[random(nodes.length)]!), true);
  view.setUint32(IN_HEADER.UID, random(3), true);
  view.setUint32(IN_HEADER.GID, random(3), true);
  let at: number = IN_HEADER.SIZE;
  const end = at + fields;
  while (at < end) {
    if (end - at >= 8 && random(2) === 0) {
      setNumber(random, at, nodes);
      at += 8;
    } else {
      view.setUint32(at, random(2) === 0 ? random(200) : SIZES[random(SIZES.length)]!, true);
      at += 4;
    }
  }
  at = end;
  for (let i = 0; i < names; i++) at = putName(random, at);
  const payload = random(8) === 0 ? random(LARGEST_REQUEST - 12_000) : random(300);
  if (opcode === Opcode.WRITE) {
    if (random(4) > 0) {
      view.setUint32(IN_HEADER.SIZE + 16, payload, true);
      view.setBigUint64(IN_HEADER.SIZE + 8, BigInt(random(100_000)), true);
    }
    at += payload;
  } else if (opcode === Opcode.SETXATTR || opcode === Opcode.BATCH_FORGET) {
    if (random(4) > 0) view.setUint32(IN_HEADER.SIZE, random(300), true);
    at += random(400);
  }
  return at;
}

/** A node id, a small number or a very large one. */
function setNumber(random: Random, at: number, nodes: readonly number[]): void {
  const kind = random(8);
  const value = kind < 5
    ? BigInt(nodes[random(nodes.length)]!)
    : kind < 7
    ? BigInt(random(100_000))
    : LARGE[random(LARGE.length)]!;
  view.setBigUint64(at, value, true);
}

function putName(random: Random, at: number): number {
  const list = random(5) === 0 ? ODD_NAMES : random(4) === 0 ? XATTRS : NAMES;
  const name = list[random(random(3) === 0 ? list.length : Math.min(4, list.length))]!;
  for (let i = 0; i < name.length; i++) bytes[at + i] = name.charCodeAt(i);
  const end = at + name.length;
  if (random(20) > 0) bytes[end] = 0;
  else bytes[end] = 1 + random(255);
  return end + 1;
}

function flip(random: Random, length: number): void {
  for (let i = 1 + random(4); i > 0 && length > 0; i--) bytes[random(length)] = random(256);
}
