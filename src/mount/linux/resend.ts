/**
 * Requests that the kernel sends again because the server that had them died.
 *
 * Most can simply be carried out: twice has the same effect as once. Not so those that make or remove a name:
 * the journal may say that it was done, only nobody told the caller. Then the answer is what it would have
 * been. As requests are answered one by one, that can only be the request of the journal's last record.
 *
 * @module
 */

import { IN_HEADER, Opcode } from "../../../ffi/fuse_kernel.ts";
import type { RequestId } from "../../tree/journal/journal_record.ts";
import type { Context } from "../fuse/context.ts";
import { openOut } from "../fuse/name_handlers.ts";
import { BODY, type Request } from "../fuse/request.ts";

/** Bit 63 of a request's id: it was sent before. */
const UNIQUE_RESEND_HIGH = 0x80000000;

/** Reads a request's id into `into`, without the bit that says it was sent before. Returns that bit. */
export function readRequestId(request: Request, into: RequestId): boolean {
  const high = request.u32(IN_HEADER.UNIQUE + 4);
  into.low = request.u32(IN_HEADER.UNIQUE);
  into.high = (high & ~UNIQUE_RESEND_HIGH) >>> 0;
  return (high & UNIQUE_RESEND_HIGH) !== 0;
}

/** Offset of the name in the requests that are answered with the entry they made. */
const NAME_OFFSETS: ReadonlyMap<number, number> = new Map([
  [Opcode.SYMLINK, BODY],
  [Opcode.MKNOD, BODY + 16],
  [Opcode.MKDIR, BODY + 8],
  [Opcode.LINK, BODY + 8],
  [Opcode.CREATE, BODY + 16],
]);

/** Requests that are answered with success and nothing else. */
const WITHOUT_ANSWER: ReadonlySet<number> = new Set([
  Opcode.UNLINK,
  Opcode.RMDIR,
  Opcode.RENAME,
  Opcode.RENAME2,
  Opcode.SETXATTR,
  Opcode.REMOVEXATTR,
]);

/** The answer to a request that was carried out already; null if it is to be carried out again. */
export function answerCompleted(context: Context, opcode: number): number | null {
  if (WITHOUT_ANSWER.has(opcode)) return 0;
  const nameOffset = NAME_OFFSETS.get(opcode);
  if (nameOffset === undefined) return null;
  const { view, tree, request, reply } = context;
  const parent = tree.node(request.nodeId);
  if (parent === undefined) return null;
  const inode = tree.lookup(parent, request.name(nameOffset));
  if (typeof inode === "number") return null;
  const length = reply.entry(view, inode);
  return opcode === Opcode.CREATE ? openOut(context, length) : length;
}
