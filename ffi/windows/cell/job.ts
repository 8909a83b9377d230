/**
 * Jobs: limits that processes have in common, which end with the last handle of the job.
 *
 * @module
 */

import { bindNtdll, check } from "../ntdll.ts";

const nt = bindNtdll({
  NtCreateJobObject: { parameters: ["buffer", "u32", "pointer"], result: "i32" },
  NtSetInformationJobObject: { parameters: ["u64", "u32", "buffer", "u32"], result: "i32" },
  NtAssignProcessToJobObject: { parameters: ["u64", "i64"], result: "i32" },
  NtClose: { parameters: ["u64"], result: "i32" },
});

const ALL_ACCESS = 0x1f001f;
const THIS_PROCESS = -1n;
const JobClass = { UI_RESTRICTIONS: 4, EXTENDED_LIMITS: 9 } as const;
/** JOBOBJECT_EXTENDED_LIMIT_INFORMATION. */
const LIMITS = { SIZE_OF: 144, FLAGS: 16, PROCESSES: 40, PROCESS_MEMORY: 112 } as const;
const LimitFlag = {
  ACTIVE_PROCESS: 0x8,
  PROCESS_MEMORY: 0x100,
  DIE_ON_UNHANDLED_EXCEPTION: 0x400,
  KILL_ON_JOB_CLOSE: 0x2000,
} as const;
/** No handles of windows of others, no clipboard, no settings, no desktops, no leaving of Windows. */
const ALL_OF_UI = 0xff;

/**
 * A job of one process, which may commit so many bytes, starts no other one, reaches nobody's windows, and is ended when the
 * handle is closed. Negative if it cannot be had.
 */
export function createJob(mostBytes: number): number {
  const handle = new BigUint64Array(1);
  const made = check(nt.NtCreateJobObject(new Uint8Array(handle.buffer), ALL_ACCESS, null));
  if (made < 0) return made;
  const job = handle[0]!;
  const limits = new DataView(new ArrayBuffer(LIMITS.SIZE_OF));
  const { ACTIVE_PROCESS, PROCESS_MEMORY, DIE_ON_UNHANDLED_EXCEPTION, KILL_ON_JOB_CLOSE } =
    LimitFlag;
  const flags = ACTIVE_PROCESS | PROCESS_MEMORY | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE;
  limits.setUint32(LIMITS.FLAGS, flags, true);
  limits.setUint32(LIMITS.PROCESSES, 1, true);
  limits.setBigUint64(LIMITS.PROCESS_MEMORY, BigInt(mostBytes), true);
  const ui = new Uint8Array(new Uint32Array([ALL_OF_UI]).buffer);
  const limited = set(job, JobClass.EXTENDED_LIMITS, new Uint8Array(limits.buffer)) ||
    set(job, JobClass.UI_RESTRICTIONS, ui);
  if (limited === 0) return Number(job);
  nt.NtClose(job);
  return limited;
}

function set(job: bigint, kind: number, bytes: Uint8Array<ArrayBuffer>): number {
  return check(nt.NtSetInformationJobObject(job, kind, bytes, bytes.length));
}

/** Puts this process into a job. */
export function enterJob(job: number): number {
  return check(nt.NtAssignProcessToJobObject(BigInt(job), THIS_PROCESS));
}
