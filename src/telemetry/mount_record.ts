/**
 * An event of the mount as it lies in the ring, little-endian. Behind the fixed part come the bytes of the path, of the second
 * name and of the rule's name.
 *
 * @module
 */

import { binaryName } from "../../ffi/binary_string.ts";
import { failureCode } from "../host/failure.ts";
import type { Action, TelemetryEvent, Verdict } from "./event.ts";

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
  SIZE: 112,
} as const;

/** Of a process, as the kernel has it. */
export const NAME_BYTES = 16;

/** Actions by their number in a record. */
export const ACTIONS: readonly Action[] = [
  "create",
  "mkdir",
  "mknod",
  "symlink",
  "link",
  "unlink",
  "rmdir",
  "rename",
  "write",
  "truncate",
  "fallocate",
  "chmod",
  "chown",
  "utimes",
  "setxattr",
  "removexattr",
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

/** What a record does not have is not in the event. The path is that in its tree. */
export function readMountRecord(view: DataView, bytes: Uint8Array, at: number): TelemetryEvent {
  const u32 = (field: number) => view.getUint32(at + field, true);
  const f64 = (field: number) => view.getFloat64(at + field, true);
  const pathLength = view.getUint16(at + RECORD.PATH_LENGTH, true);
  const targetLength = view.getUint16(at + RECORD.TARGET_LENGTH, true);
  const ruleLength = view.getUint16(at + RECORD.RULE_LENGTH, true);
  const path = at + RECORD.SIZE;
  const target = path + (pathLength === NO_PATH ? 0 : pathLength);
  const rule = target + (targetLength === NO_PATH ? 0 : targetLength);
  const result = view.getInt32(at + RECORD.RESULT, true);
  const inode = view.getBigUint64(at + RECORD.INODE, true);
  const [node, offset, size] = [f64(RECORD.NODE), f64(RECORD.OFFSET), f64(RECORD.BYTES)];
  const cgroup = f64(RECORD.CGROUP);
  return {
    provider: "mount",
    action: ACTIONS[view.getUint8(at + RECORD.ACTION)]!,
    time: f64(RECORD.TIME),
    duration: u32(RECORD.DURATION),
    error: result < 0 ? failureCode(result) : 0,
    verdict: VERDICTS[view.getUint8(at + RECORD.VERDICT)]!,
    ...(ruleLength === 0 ? {} : { rule: binaryName(bytes, rule, rule + ruleLength) }),
    ...(pathLength === NO_PATH ? {} : { path: binaryName(bytes, path, target) }),
    ...(targetLength === NO_PATH ? {} : { target: binaryName(bytes, target, rule) }),
    view: u32(RECORD.VIEW),
    ...(node === 0 ? {} : { node }),
    ...(inode === 0n ? {} : { inode }),
    ...(u32(RECORD.MODE) === UNKNOWN ? {} : { mode: u32(RECORD.MODE) }),
    ...(u32(RECORD.FLAGS) === UNKNOWN ? {} : { flags: u32(RECORD.FLAGS) }),
    ...(offset < 0 ? {} : { offset }),
    ...(size < 0 ? {} : { bytes: size }),
    ...(cgroup === 0 ? {} : { cgroup }),
    ...(u32(RECORD.TID) === 0 ? {} : { process: readProcess(view, bytes, at) }),
  };
}

function readProcess(view: DataView, bytes: Uint8Array, at: number) {
  const u32 = (field: number) => view.getUint32(at + field, true);
  const name = at + RECORD.NAME;
  let end = name;
  while (end < name + NAME_BYTES && bytes[end] !== 0) end++;
  return {
    tid: u32(RECORD.TID),
    ...(u32(RECORD.PID) === 0 ? {} : { pid: u32(RECORD.PID) }),
    uid: u32(RECORD.UID),
    gid: u32(RECORD.GID),
    ...(end === name ? {} : { name: binaryName(bytes, name, end) }),
  };
}
