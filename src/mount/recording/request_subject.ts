/**
 * What a request of FUSE is about.
 *
 * @module
 */

import { Fattr, Opcode } from "../../../ffi/fuse_kernel.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import { type Context, otherNode } from "../fuse/context.ts";
import { OUT } from "../fuse/reply.ts";
import { BODY, type Request } from "../fuse/request.ts";
import { NODES_PER_VIEW } from "../views.ts";
import type { RecordedSubject } from "./recorded_subject.ts";

/** Where the first name of a request is, behind the header. Those without one are about a node. */
const NAME_AT: ReadonlyMap<number, number> = new Map([
  [Opcode.LOOKUP, 0],
  [Opcode.UNLINK, 0],
  [Opcode.RMDIR, 0],
  [Opcode.SYMLINK, 0],
  [Opcode.MKDIR, 8],
  [Opcode.MKNOD, 16],
  [Opcode.CREATE, 16],
  [Opcode.RENAME, 8],
  [Opcode.RENAME2, 16],
]);

/** Found before the request is carried out. */
export function findSubject(subject: RecordedSubject, context: Context, opcode: number): void {
  subject.clear();
  const { request, tree } = context;
  const node = tree.node(request.nodeId) ?? null;
  const at = NAME_AT.get(opcode);
  if (at !== undefined) findNamed(subject, context, opcode, node, BODY + at);
  else if (opcode === Opcode.LINK) findLinked(subject, context, node);
  // Of a file without a name only the file system is asked for, by one of its directories.
  else if (opcode === Opcode.TMPFILE) subject.is(null);
  else subject.is(opcode === Opcode.COPY_FILE_RANGE ? nodeAt(context, BODY + 16) : node);
  findFields(subject, request, opcode);
}

/** What was made by the request is there now, and its entry begins the answer. */
export function foundMade(subject: RecordedSubject, context: Context, opcode: number): void {
  if (opcode !== Opcode.TMPFILE) return subject.made();
  const { tree, reply } = context;
  subject.inode ??= tree.node(Number(reply.view.getBigUint64(OUT, true)) % NODES_PER_VIEW) ?? null;
}

function findNamed(
  subject: RecordedSubject,
  context: Context,
  opcode: number,
  directory: Inode | null,
  at: number,
): void {
  const { request } = context;
  subject.named(directory, request.name(at));
  if (opcode === Opcode.SYMLINK) subject.target = request.name(request.nameEnd);
  if (opcode !== Opcode.RENAME && opcode !== Opcode.RENAME2) return;
  subject.target = request.name(request.nameEnd);
  subject.targetParent = nodeAt(context, BODY);
  if (opcode === Opcode.RENAME2) subject.flags = request.u32(BODY + 8);
}

function findLinked(subject: RecordedSubject, context: Context, directory: Inode | null): void {
  subject.is(nodeAt(context, BODY));
  subject.target = context.request.name(BODY + 8);
  subject.targetParent = directory;
}

function findFields(subject: RecordedSubject, request: Request, opcode: number): void {
  switch (opcode) {
    case Opcode.WRITE:
    case Opcode.READ:
      subject.offset = request.u64(BODY + 8);
      subject.size = request.u32(BODY + 16);
      break;
    case Opcode.FALLOCATE:
      subject.offset = request.u64(BODY + 8);
      subject.size = request.u64(BODY + 16);
      subject.mode = request.u32(BODY + 24);
      break;
    case Opcode.COPY_FILE_RANGE:
      subject.offset = request.u64(BODY + 32);
      subject.size = request.u64(BODY + 40);
      break;
    case Opcode.SETATTR: {
      const valid = request.u32(BODY);
      if ((valid & Fattr.SIZE) !== 0) subject.size = request.u64(BODY + 16);
      if ((valid & Fattr.MODE) !== 0) subject.mode = request.u32(BODY + 68);
      break;
    }
    case Opcode.SETXATTR:
      subject.target = request.name(BODY + 8);
      break;
    case Opcode.REMOVEXATTR:
      subject.target = request.name(BODY);
      break;
    case Opcode.CREATE:
    case Opcode.TMPFILE:
      subject.flags = request.u32(BODY);
      subject.mode = request.u32(BODY + 4);
      break;
    case Opcode.MKDIR:
    case Opcode.MKNOD:
      subject.mode = request.u32(BODY);
      break;
    case Opcode.OPEN:
      subject.flags = request.u32(BODY);
      break;
  }
}

function nodeAt(context: Context, at: number): Inode | null {
  const node = otherNode(context, at);
  return node < 0 ? null : context.tree.node(node) ?? null;
}
