/**
 * Requests of macOS as the handlers know them: in place, before anything else looks at them.
 *
 * What differs is few: flags of open(2) are others; RENAME has flags, as RENAME2 has; requests about extended attributes have a position, which only
 * resource forks use; SETATTR has times nobody keeps. Extended attributes have no namespaces there: they are those that are
 * `user.` here, so that a checkpoint made on one system means the same on the other.
 *
 * @module
 */

import { Fattr, IN_HEADER, Opcode } from "../../../ffi/fuse_kernel.ts";
import {
  DARWIN_SETATTR_COMMON,
  DARWIN_XATTR_IN,
  DarwinRename,
  DarwinXattr,
} from "../../../ffi/macos/fuse_darwin.ts";
import { Errno } from "../../host/errno.ts";
import type { Owner } from "../fuse/dialect.ts";
import { BODY, type Request } from "../fuse/request.ts";

/** What the names of extended attributes begin with where they have namespaces. */
export const XATTR_NAMESPACE = "user.";
const NAMESPACE_BYTES = new TextEncoder().encode(XATTR_NAMESPACE);

/** struct fuse_read_in. */
const READ_IN = { SIZE_OF: 40, FLAGS: 32 } as const;

/** Bytes before the name in struct fuse_setxattr_in and fuse_getxattr_in as the handlers know them. */
const XATTR_FIELDS = 8;

/** Flags of renameat2(2) and of setxattr(2) there. */
const Rename2 = { NOREPLACE: 1, EXCHANGE: 2 } as const;
const Xattr = { CREATE: 1, REPLACE: 2 } as const;

/** The fields of SETATTR that change something. */
const SETTABLE = Fattr.MODE | Fattr.UID | Fattr.GID | Fattr.SIZE | Fattr.ATIME | Fattr.MTIME;

/** Returns 0, or the negative errno with which the request is to be answered. The request is as long as it says. */
export function translateRequest(request: Request, owner: Owner): number {
  // Whoever asks: the server does, as root.
  set(request, IN_HEADER.UID, owner.uid);
  set(request, IN_HEADER.GID, owner.gid);
  set(request, IN_HEADER.PID, 0);
  switch (request.opcode) {
    case Opcode.READ:
      return translateRead(request);
    case Opcode.SETATTR:
      return translateSetattr(request);
    case Opcode.RENAME:
      return translateRename(request);
    case Opcode.SETXATTR:
      return translateSetxattr(request);
    case Opcode.GETXATTR:
      return hasPosition(request)
        ? -Errno.EOPNOTSUPP
        : namedXattr(request, DARWIN_XATTR_IN.SIZE_OF);
    case Opcode.REMOVEXATTR:
      return namedXattr(request, 0);
    default:
      return 0;
  }
}

function set({ view }: Request, at: number, value: number): void {
  view.setUint32(at, value, true);
}

/** What the file was opened with says something else there, and nothing that a read depends on. */
function translateRead(request: Request): number {
  if (request.length < BODY + READ_IN.SIZE_OF) return -Errno.EINVAL;
  set(request, BODY + READ_IN.FLAGS, 0);
  return 0;
}

/** Asking for what is not kept is asking for the attributes: with nothing left SETATTR would drop set-user-ID. */
function translateSetattr(request: Request): number {
  if (request.length < BODY + 4) return -Errno.EINVAL;
  const valid = request.u32(BODY) & DARWIN_SETATTR_COMMON;
  set(request, BODY, valid);
  if ((valid & SETTABLE) === 0) set(request, IN_HEADER.OPCODE, Opcode.GETATTR);
  return 0;
}

function translateRename(request: Request): number {
  if (request.length < BODY + 16) return -Errno.EINVAL;
  const flags = request.u32(BODY + 8);
  if ((flags & ~(DarwinRename.SWAP | DarwinRename.EXCL)) !== 0) return -Errno.EINVAL;
  set(request, IN_HEADER.OPCODE, Opcode.RENAME2);
  set(
    request,
    BODY + 8,
    ((flags & DarwinRename.SWAP) === 0 ? 0 : Rename2.EXCHANGE) |
      ((flags & DarwinRename.EXCL) === 0 ? 0 : Rename2.NOREPLACE),
  );
  return 0;
}

function hasPosition(request: Request): boolean {
  return request.length >= BODY + DARWIN_XATTR_IN.SIZE_OF &&
    request.u32(BODY + DARWIN_XATTR_IN.POSITION) !== 0;
}

function translateSetxattr(request: Request): number {
  if (hasPosition(request)) return -Errno.EOPNOTSUPP;
  const flags = request.u32(BODY + DARWIN_XATTR_IN.FLAGS);
  set(
    request,
    BODY + DARWIN_XATTR_IN.FLAGS,
    ((flags & DarwinXattr.CREATE) === 0 ? 0 : Xattr.CREATE) |
      ((flags & DarwinXattr.REPLACE) === 0 ? 0 : Xattr.REPLACE),
  );
  return namedXattr(request, DARWIN_XATTR_IN.SIZE_OF);
}

/** The name behind `fields` bytes gets its namespace; of the fields the first two stay. */
function namedXattr(request: Request, fields: number): number {
  const { bytes, length } = request;
  const from = BODY + fields;
  if (length <= from) return -Errno.EINVAL;
  const kept = Math.min(fields, XATTR_FIELDS);
  const to = BODY + kept + NAMESPACE_BYTES.length;
  bytes.copyWithin(to, from, length);
  bytes.set(NAMESPACE_BYTES, BODY + kept);
  request.length = length - from + to;
  set(request, IN_HEADER.LENGTH, request.length);
  return 0;
}
