/**
 * An event of the mount as it lies in the ring, little-endian. Behind the fixed part come the bytes of the path, of the second
 * name, of the rule's name and of the branch's.
 *
 * @module
 */

import { binaryName } from "../../ffi/binary_string.ts";
import { failureCode } from "../host/failure.ts";
import type { Action, TelemetryEvent, Verdict } from "./event.ts";
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

/** An event that is being put together. */
export type MountEvent = { -readonly [K in keyof TelemetryEvent]: TelemetryEvent[K] };

/** What a record does not have is not in the event, and neither is who did it. Paths are those in their tree. */
export function readMountRecord(
  view: DataView,
  bytes: Uint8Array,
  at: number,
): MountEvent {
  const u32 = (field: number) => view.getUint32(at + field, true);
  const f64 = (field: number) => view.getFloat64(at + field, true);
  const result = view.getInt32(at + RECORD.RESULT, true);
  const event: MountEvent = {
    provider: "mount",
    action: ACTIONS[view.getUint8(at + RECORD.ACTION)]!,
    time: f64(RECORD.TIME),
    duration: u32(RECORD.DURATION),
    error: result < 0 ? failureCode(result) : 0,
    verdict: VERDICTS[view.getUint8(at + RECORD.VERDICT)]!,
    view: u32(RECORD.VIEW),
  };
  const [node, offset, size, cgroup] = [
    f64(RECORD.NODE),
    f64(RECORD.OFFSET),
    f64(RECORD.BYTES),
    f64(RECORD.CGROUP),
  ];
  if (node !== 0) {
    event.node = node;
    event.inode = view.getBigUint64(at + RECORD.INODE, true);
  }
  if (offset >= 0) event.offset = offset;
  if (size >= 0) event.bytes = size;
  if (cgroup !== 0) event.cgroup = cgroup;
  if (u32(RECORD.MODE) !== UNKNOWN) event.mode = u32(RECORD.MODE);
  if (u32(RECORD.FLAGS) !== UNKNOWN) event.flags = u32(RECORD.FLAGS);
  if (u32(RECORD.POLICY) !== 0) event.policy = u32(RECORD.POLICY);
  readNames(event, view, bytes, at);
  return event;
}

function readNames(
  event: MountEvent,
  view: DataView,
  bytes: Uint8Array,
  at: number,
): void {
  let start = at + RECORD.SIZE;
  const take = (length: number) => {
    start += length;
    return binaryName(bytes, start - length, start);
  };
  const pathLength = view.getUint16(at + RECORD.PATH_LENGTH, true);
  if (pathLength !== NO_PATH) event.path = take(pathLength);
  const targetLength = view.getUint16(at + RECORD.TARGET_LENGTH, true);
  if (targetLength !== NO_PATH) event.target = take(targetLength);
  const ruleLength = view.getUint16(at + RECORD.RULE_LENGTH, true);
  if (ruleLength > 0) event.rule = take(ruleLength);
  const branchLength = view.getUint16(at + RECORD.BRANCH_LENGTH, true);
  if (branchLength > 0) event.branch = take(branchLength);
}
