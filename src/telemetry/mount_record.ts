/**
 * An event of the mount as it lies in the ring, little-endian. Behind the fixed part come the bytes of the path, of the second
 * name, of the rule's name and of the branch's.
 *
 * @module
 */

import { binaryName } from "../../ffi/binary_string.ts";
import type { Action, Verdict } from "./event.ts";
import { CHANGES } from "./level.ts";

/** Offsets from the record's beginning. */
export const RECORD = {
  LENGTH: 0,
  ACTION: 4,
  VERDICT: 5,
  PATH_LENGTH: 6,
  TIME: 8,
  RESULT: 16,
  TID: 20,
  PID: 24,
  UID: 28,
  GID: 32,
  VIEW: 36,
  NODE: 40,
  INODE: 48,
  BYTES: 56,
  OFFSET: 64,
  MODE: 72,
  FLAGS: 76,
  TARGET_LENGTH: 80,
  RULE_LENGTH: 82,
  DURATION: 84,
  CGROUP: 88,
  NAME: 96,
  BRANCH_LENGTH: 112,
  POLICY: 116,
  SIZE: 120,
} as const;

/** Of a process, as the kernel has it. */
export const NAME_BYTES = 16;

/** Actions by their number in a record. */
export const ACTIONS: readonly Action[] = [
  ...CHANGES,
  "open",
  "exec-open",
  "read",
  "stat",
];

export const VERDICTS: readonly Verdict[] = ["allow", "watch", "deny"];

/** What a field holds where nothing is known. */
export const UNKNOWN = 0xffff_ffff;
/** Of a path: there is none. An empty one is that of the root. */
export const NO_PATH = 0xffff;

/** Instead of an action: who is about to do something, and nothing else. */
export const CALLER = 0xff;

/** What is known of who did it, as the record has it: 0 and "" where nothing is. */
export interface Caller {
  readonly tid: number;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export function readCaller(view: DataView, bytes: Uint8Array, at: number): Caller {
  const name = at + RECORD.NAME;
  let end = name;
  while (end < name + NAME_BYTES && bytes[end] !== 0) end++;
  return {
    tid: view.getUint32(at + RECORD.TID, true),
    pid: view.getUint32(at + RECORD.PID, true),
    uid: view.getUint32(at + RECORD.UID, true),
    gid: view.getUint32(at + RECORD.GID, true),
    name: binaryName(bytes, name, end),
  };
}

/** True if the record has the same caller. */
export function isCaller(
  { tid, pid, uid, gid, name }: Caller,
  view: DataView,
  bytes: Uint8Array,
  at: number,
): boolean {
  const isSame = view.getUint32(at + RECORD.TID, true) === tid &&
    view.getUint32(at + RECORD.PID, true) === pid &&
    view.getUint32(at + RECORD.UID, true) === uid &&
    view.getUint32(at + RECORD.GID, true) === gid;
  if (!isSame) return false;
  const start = at + RECORD.NAME;
  return isText(bytes, start, name.length, name) &&
    (name.length === NAME_BYTES || bytes[start + name.length] === 0);
}

/** True if those bytes are the binary string. */
export function isText(bytes: Uint8Array, start: number, length: number, text: string): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
