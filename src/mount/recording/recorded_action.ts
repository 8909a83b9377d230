/**
 * Which requests are recorded, and as what.
 *
 * @module
 */

import { Fattr, Opcode, OPCODE_LIMIT } from "../../../ffi/fuse_kernel.ts";
import type { Action } from "../../telemetry/event.ts";
import type { Level } from "../../telemetry/level.ts";
import { ACTIONS } from "../../telemetry/mount_record.ts";
import { BODY, type Request } from "../fuse/request.ts";

const CHANGES: readonly (readonly [number, Action])[] = [
  [Opcode.CREATE, "create"],
  [Opcode.TMPFILE, "create"],
  [Opcode.MKDIR, "mkdir"],
  [Opcode.MKNOD, "mknod"],
  [Opcode.SYMLINK, "symlink"],
  [Opcode.LINK, "link"],
  [Opcode.UNLINK, "unlink"],
  [Opcode.RMDIR, "rmdir"],
  [Opcode.RENAME, "rename"],
  [Opcode.RENAME2, "rename"],
  [Opcode.WRITE, "write"],
  [Opcode.COPY_FILE_RANGE, "write"],
  [Opcode.FALLOCATE, "fallocate"],
  // Which it is follows from the request.
  [Opcode.SETATTR, "truncate"],
  [Opcode.SETXATTR, "setxattr"],
  [Opcode.REMOVEXATTR, "removexattr"],
];

const OPENS: readonly (readonly [number, Action])[] = [[Opcode.OPEN, "open"]];

/** What the kernel has to ask for because it is in none of its caches. */
const LOOKS: readonly (readonly [number, Action])[] = [
  [Opcode.LOOKUP, "stat"],
  [Opcode.GETATTR, "stat"],
  [Opcode.READ, "read"],
  [Opcode.READLINK, "read"],
  [Opcode.READDIR, "read"],
  [Opcode.READDIRPLUS, "read"],
];

const AT_LEVEL: { readonly [L in Level]: readonly (readonly [number, Action])[] } = {
  off: [],
  changes: CHANGES,
  opens: [...CHANGES, ...OPENS],
  all: [...CHANGES, ...OPENS, ...LOOKS],
};

/** Of a request that is not recorded. */
export const NOT_RECORDED = -1;

/** Number of the action ({@linkcode ACTIONS}) by opcode. */
export function recordedActions(level: Level): Int8Array {
  const actions = new Int8Array(OPCODE_LIMIT).fill(NOT_RECORDED);
  for (const [opcode, action] of AT_LEVEL[level]) actions[opcode] = ACTIONS.indexOf(action);
  return actions;
}

const TRUNCATE = ACTIONS.indexOf("truncate");
const CHMOD = ACTIONS.indexOf("chmod");
const CHOWN = ACTIONS.indexOf("chown");
const UTIMES = ACTIONS.indexOf("utimes");

/** The most telling of what a SETATTR changes. One that asks for nothing drops set-user-ID. */
export function setattrAction(request: Request): number {
  const valid = request.u32(BODY);
  if ((valid & Fattr.SIZE) !== 0) return TRUNCATE;
  if ((valid & (Fattr.UID | Fattr.GID)) !== 0) return CHOWN;
  if ((valid & Fattr.MODE) !== 0) return CHMOD;
  return (valid & (Fattr.ATIME | Fattr.MTIME)) !== 0 ? UTIMES : CHMOD;
}

const OPEN = ACTIONS.indexOf("open");
const EXEC_OPEN = ACTIONS.indexOf("exec-open");
/** FMODE_EXEC of Linux: the file is opened to be run. */
const OPENED_TO_RUN = 0x20;

export function openAction(request: Request): number {
  return (request.u32(BODY) & OPENED_TO_RUN) !== 0 ? EXEC_OPEN : OPEN;
}
