/**
 * How long each request has to be for what its handler reads from it.
 *
 * The kernel sends nothing else, so this never fails; but the request buffer keeps the bytes of earlier requests,
 * and a handler that looked behind the end of this one would find them. So no handler has to check: it only sees
 * requests whose fields, names and bytes are there. What could not be stored later is refused here too.
 *
 * @module
 */

import {
  Fattr,
  IN_HEADER,
  INIT_IN,
  InitFlag,
  Opcode,
  OPCODE_LIMIT,
} from "../../../ffi/fuse_kernel.ts";
import { SEEK_DATA, SEEK_HOLE } from "../../host/source_files.ts";
import { S_IFBLK, S_IFCHR, S_IFIFO, S_IFREG, S_IFSOCK } from "../../store/trees/entry.ts";
import { BODY, type Request } from "./request.ts";

interface Shape {
  /** Bytes of the fields behind the header. */
  readonly fields: number;
  /** Names behind the fields: what kind each is. */
  readonly names?: readonly NameKind[];
  /** Bytes that follow all that, as the fields say. */
  readonly bytes?: (request: Request) => number;
  /** True if the fields can mean something. */
  readonly isSound?: (request: Request) => boolean;
}

/** A name that a directory may get, that or `.` or `..`, or any text that is not empty. */
type NameKind = "entry" | "lookup" | "text";

const ENTRY: readonly NameKind[] = ["entry"];
const TEXT: readonly NameKind[] = ["text"];
const NOTHING: Shape = { fields: 0 };

/** struct fuse_init_in before it got a second word of flags, and what came with that. */
const INIT_IN_OLD = 16;
const INIT_IN_EXTENSION = 48;

function initExtension(request: Request): number {
  const flags = request.u32(BODY + INIT_IN.FLAGS);
  return (flags & InitFlag.INIT_EXT) !== 0 ? INIT_IN_EXTENSION : 0;
}

const NODE_TYPES: ReadonlySet<number> = new Set([S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK]);

function makesNode(request: Request): boolean {
  return NODE_TYPES.has(request.u32(BODY) & ~0o7777);
}

const NANOSECONDS = 1_000_000_000;

function hasSoundTimes(request: Request): boolean {
  const valid = request.u32(BODY);
  return ((valid & Fattr.ATIME) === 0 || request.u32(BODY + 56) < NANOSECONDS) &&
    ((valid & Fattr.MTIME) === 0 || request.u32(BODY + 60) < NANOSECONDS);
}

function seeksData(request: Request): boolean {
  const whence = request.u32(BODY + 16);
  return whence === SEEK_DATA || whence === SEEK_HOLE;
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** Sizes of the kernel's structs, as it has sent them since the oldest version that is supported. */
const SHAPES: readonly Shape[] = (() => {
  const shapes: Shape[] = new Array(OPCODE_LIMIT).fill(NOTHING);
  shapes[Opcode.INIT] = { fields: INIT_IN_OLD, bytes: initExtension };
  shapes[Opcode.FORGET] = { fields: 8 };
  shapes[Opcode.BATCH_FORGET] = { fields: 8, bytes: (request) => 16 * request.u32(BODY) };
  shapes[Opcode.LOOKUP] = { fields: 0, names: ["lookup"] };
  shapes[Opcode.GETATTR] = { fields: 16 };
  shapes[Opcode.SETATTR] = { fields: 88, isSound: hasSoundTimes };
  shapes[Opcode.MKNOD] = { fields: 16, names: ENTRY, isSound: makesNode };
  shapes[Opcode.MKDIR] = { fields: 8, names: ENTRY };
  shapes[Opcode.SYMLINK] = { fields: 0, names: ["entry", "text"] };
  shapes[Opcode.CREATE] = { fields: 16, names: ENTRY };
  shapes[Opcode.TMPFILE] = { fields: 16 };
  shapes[Opcode.LINK] = { fields: 8, names: ENTRY };
  shapes[Opcode.UNLINK] = { fields: 0, names: ENTRY };
  shapes[Opcode.RMDIR] = { fields: 0, names: ENTRY };
  shapes[Opcode.RENAME] = { fields: 8, names: ["entry", "entry"] };
  shapes[Opcode.RENAME2] = { fields: 16, names: ["entry", "entry"] };
  shapes[Opcode.OPEN] = shapes[Opcode.OPENDIR] = { fields: 8 };
  shapes[Opcode.READ] = { fields: 40 };
  shapes[Opcode.READDIR] = shapes[Opcode.READDIRPLUS] = { fields: 40 };
  shapes[Opcode.WRITE] = { fields: 40, bytes: (request) => request.u32(BODY + 16) };
  shapes[Opcode.FALLOCATE] = { fields: 32 };
  shapes[Opcode.LSEEK] = { fields: 24, isSound: seeksData };
  shapes[Opcode.COPY_FILE_RANGE] = { fields: 56 };
  shapes[Opcode.FSYNC] = shapes[Opcode.FSYNCDIR] = { fields: 16 };
  shapes[Opcode.SYNCFS] = { fields: 8 };
  shapes[Opcode.RELEASE] = shapes[Opcode.RELEASEDIR] = { fields: 24 };
  shapes[Opcode.SETXATTR] = { fields: 8, names: TEXT, bytes: (request) => request.u32(BODY) };
  shapes[Opcode.GETXATTR] = { fields: 8, names: TEXT };
  shapes[Opcode.LISTXATTR] = { fields: 8 };
  shapes[Opcode.REMOVEXATTR] = { fields: 0, names: TEXT };
  return shapes;
})();

/** True if the request is as long as it says and has all that belongs to its operation. */
export function isWellFormed(request: Request): boolean {
  const { length } = request;
  if (length < IN_HEADER.SIZE || request.u32(IN_HEADER.LENGTH) !== length) return false;
  const shape = SHAPES[request.opcode] ?? NOTHING;
  let at = BODY + shape.fields;
  if (at > length) return false;
  for (const kind of shape.names ?? []) {
    const end = nameEnd(request, at, kind);
    if (end < 0) return false;
    at = end + 1;
  }
  if (shape.bytes !== undefined && at + shape.bytes(request) > length) return false;
  return shape.isSound === undefined || shape.isSound(request);
}

/**
 * Where the NUL of the name at `start` is; -1 if there is none, or if no directory can have that name: paths are
 * the kernel's business, and so are `.` and `..` but where it looks for a file by its handle.
 */
function nameEnd({ bytes, length }: Request, start: number, kind: NameKind): number {
  const separator = kind === "text" ? 0 : SLASH;
  let end = start;
  while (end < length && bytes[end] !== 0) if (bytes[end++] === separator) return -1;
  if (end === length || end === start) return -1;
  const isDots = end - start <= 2 && bytes[start] === DOT && bytes[end - 1] === DOT;
  return kind === "entry" && isDots ? -1 : end;
}
