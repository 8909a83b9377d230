/**
 * The answer to a request that a server carried out before it died, without telling anybody.
 *
 * Most requests can simply be carried out again: twice has the same effect as once. Not so those that make or remove a name.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";
import type { Context } from "./context.ts";
import { openOut } from "./name_handlers.ts";
import { BODY } from "./request.ts";

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
