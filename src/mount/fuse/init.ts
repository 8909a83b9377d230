/**
 * INIT: what this mount and the kernel agree on.
 *
 * Everything is asked for by what the kernel offers, never by its version. Not asked for, on purpose:
 * WRITEBACK_CACHE (a write that returned must be in the journal, or a checkpoint would miss it),
 * AUTO_INVAL_DATA (invalidation is explicit), POSIX_ACL (all or nothing), locks (the kernel's own are
 * right for one mount), ATOMIC_O_TRUNC (opens are not sent).
 *
 * @module
 */

import {
  INIT_IN,
  INIT_OUT,
  InitFlag,
  InitFlag2,
  KERNEL_VERSION,
} from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { OUT, type Reply } from "./reply.ts";
import { BODY, MAX_WRITE, type Request } from "./request.ts";

const WANTED = InitFlag.ASYNC_READ | InitFlag.EXPORT_SUPPORT | InitFlag.BIG_WRITES |
  InitFlag.DO_READDIRPLUS |
  InitFlag.NO_OPEN_SUPPORT | InitFlag.PARALLEL_DIROPS | InitFlag.ABORT_ERROR | InitFlag.MAX_PAGES |
  InitFlag.CACHE_SYMLINKS | InitFlag.NO_OPENDIR_SUPPORT | InitFlag.EXPLICIT_INVAL_DATA |
  InitFlag.HANDLE_KILLPRIV_V2 | InitFlag.ASYNC_DIO | InitFlag.INIT_EXT;
const WANTED2 = InitFlag2.HAS_RESEND | InitFlag2.HAS_EXPIRE_ONLY;
/** `resend` or `bpf` makes the mount one of a kernel that lacks that. For tests. */
export const WITHOUT_VARIABLE = "AGENTVFS_WITHOUT";

/** Requests that nobody waits for (read-ahead, write-back) the kernel sends at once. */
export const MAX_BACKGROUND = 64;

/** What was agreed. Plain data: it is reported by `status` and `doctor`. */
export interface Connection {
  readonly minor: number;
  readonly flags: number;
  readonly flags2: number;
}

/**
 * Answers INIT. `routed`: the opening of directories is to be asked for, so that handles tell who opened them. `opens`: that of
 * files is. Returns the answer's length, or a negative errno if the kernel is too old.
 */
export function negotiate(
  request: Request,
  reply: Reply,
  { routed, opens }: { readonly routed: boolean; readonly opens: boolean },
  agreed: (connection: Connection) => void,
): number {
  const { newestMinor, oldestMinor } = reply.dialect;
  const major = request.u32(BODY + INIT_IN.MAJOR);
  const minor = request.u32(BODY + INIT_IN.MINOR);
  if (major < KERNEL_VERSION || (major === KERNEL_VERSION && minor < oldestMinor)) {
    return -Errno.EPROTO;
  }
  reply.bytes.fill(0, OUT, OUT + INIT_OUT.SIZE);
  reply.u32(OUT + INIT_OUT.MAJOR, KERNEL_VERSION);
  reply.u32(OUT + INIT_OUT.MINOR, newestMinor);
  // A newer major version: the kernel asks again with the one named here.
  if (major > KERNEL_VERSION) return INIT_OUT.SIZE;
  const offered = request.u32(BODY + INIT_IN.FLAGS);
  const offered2 = (offered & InitFlag.INIT_EXT) !== 0 ? request.u32(BODY + INIT_IN.FLAGS2) : 0;
  const flags = offered & WANTED & ~(routed ? InitFlag.NO_OPENDIR_SUPPORT : 0) &
    ~(opens ? InitFlag.NO_OPEN_SUPPORT : 0);
  const withheld = Deno.env.get(WITHOUT_VARIABLE) === "resend" ? InitFlag2.HAS_RESEND : 0;
  const flags2 = offered2 & WANTED2 & ~withheld;
  reply.u32(OUT + INIT_OUT.MAX_READAHEAD, request.u32(BODY + INIT_IN.MAX_READAHEAD));
  reply.u32(OUT + INIT_OUT.FLAGS, flags);
  reply.u32(OUT + INIT_OUT.FLAGS2, flags2);
  reply.view.setUint16(OUT + INIT_OUT.MAX_BACKGROUND, MAX_BACKGROUND, true);
  reply.view.setUint16(OUT + INIT_OUT.CONGESTION_THRESHOLD, (MAX_BACKGROUND * 3) / 4, true);
  reply.u32(OUT + INIT_OUT.MAX_WRITE, MAX_WRITE);
  reply.u32(OUT + INIT_OUT.TIME_GRAN, 1);
  reply.view.setUint16(OUT + INIT_OUT.MAX_PAGES, MAX_WRITE / 4096, true);
  agreed({ minor: Math.min(minor, newestMinor), flags, flags2 });
  return INIT_OUT.SIZE;
}

/**
 * True if files have the mount's generation: the kernel asks for them by handle. In a mount that an older server began they
 * have none, and must not get one, by which the kernel would take them for others.
 */
export function hasGeneration({ flags }: Connection): boolean {
  return (flags & InitFlag.EXPORT_SUPPORT) !== 0;
}

/**
 * True if the kernel asks for the opening of files. Once it was told that there is no such operation it never asks
 * again, so that it is settled when the mount is made, and servers that take over find it here.
 */
export function asksForOpens(connection: Connection | null): boolean {
  return connection !== null && (connection.flags & InitFlag.NO_OPEN_SUPPORT) === 0;
}

/** True if the kernel sends a server that takes over what the one before it did not answer. */
export function canResend({ flags2 }: Connection): boolean {
  return (flags2 & InitFlag2.HAS_RESEND) !== 0;
}

/** Fast paths by name, for people. */
export function describeConnection(connection: Connection): Record<string, boolean> {
  const { flags } = connection;
  const has = (flag: number) => (flags & flag) !== 0;
  return {
    "no-open": has(InitFlag.NO_OPEN_SUPPORT),
    "no-opendir": has(InitFlag.NO_OPENDIR_SUPPORT),
    readdirplus: has(InitFlag.DO_READDIRPLUS),
    "parallel-dirops": has(InitFlag.PARALLEL_DIROPS),
    "symlink-cache": has(InitFlag.CACHE_SYMLINKS),
    "explicit-invalidation": has(InitFlag.EXPLICIT_INVAL_DATA),
    "1-MiB-requests": has(InitFlag.MAX_PAGES),
    "kill-privileges-v2": has(InitFlag.HANDLE_KILLPRIV_V2),
    resend: canResend(connection),
    "file-handles": hasGeneration(connection),
  };
}
