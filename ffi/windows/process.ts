/**
 * What Windows tells of processes.
 *
 * @module
 */

import { NtStatus, ntStatus } from "./nt_status.ts";
import { isSet } from "./event.ts";
import { bindNtdll, check } from "./ntdll.ts";
import { UNICODE_STRING, unicodeString, wideText } from "./unicode_string.ts";

const nt = bindNtdll({
  NtOpenProcess: { parameters: ["buffer", "u32", "buffer", "buffer"], result: "i32" },
  NtQueryInformationProcess: {
    parameters: ["u64", "u32", "buffer", "u32", "buffer"],
    result: "i32",
  },
  NtQuerySystemInformation: { parameters: ["u32", "buffer", "u32", "buffer"], result: "i32" },
  NtReadVirtualMemory: { parameters: ["u64", "u64", "buffer", "u64", "pointer"], result: "i32" },
  NtClose: { parameters: ["u64"], result: "i32" },
});

export const Right = {
  TERMINATE: 0x1,
  VM_READ: 0x10,
  DUP_HANDLE: 0x40,
  QUERY: 0x400,
  QUERY_LIMITED: 0x1000,
  SYNCHRONIZE: 0x100000,
} as const;

/** PROCESSINFOCLASS and SYSTEM_INFORMATION_CLASS. */
const ProcessClass = { BASIC: 0, MEMORY: 3, TIMES: 4, PROGRAM: 43, COMMAND_LINE: 60 } as const;
const PROCESSES = 5;

/** PROCESS_BASIC_INFORMATION and KERNEL_USER_TIMES. */
const BASIC = { SIZE_OF: 48, PEB: 8, PARENT: 40 } as const;
const TIMES = { SIZE_OF: 32, CREATED: 0, KERNEL: 16, USER: 24 } as const;
/** VM_COUNTERS. */
const MEMORY = { SIZE_OF: 88, RESIDENT: 32 } as const;
/** SYSTEM_PROCESS_INFORMATION, as far as it is read. */
const LISTED = {
  SIZE_OF: 96,
  NEXT: 0,
  THREADS: 4,
  CREATED: 32,
  NAME: 56,
  PID: 80,
  PARENT: 88,
} as const;
/** Where a process has its RTL_USER_PROCESS_PARAMETERS, and texts in them. */
const PEB_PARAMETERS = 0x20;
const PARAMETERS = { DIRECTORY: 0x38, COMMAND_LINE: 0x70 } as const;

const LENGTH_MISMATCH = 0xc0000004;
const TEXT_BYTES = 64 * 1024 + UNICODE_STRING.SIZE_OF;
const UNITS_PER_US = 10n;
const UNITS_PER_MS = 10_000;
/** 1970, in µs since 1601. */
const EPOCH_US = 11_644_473_600_000_000;

export interface ProcessInfo {
  readonly pid: number;
  /** Whose number may be another process's by now. */
  readonly parent: number;
  /** Since 1970, µs. */
  readonly started: number;
  /** It has ended, and somebody has a handle of it. */
  readonly isOver: boolean;
}

/** A handle of the process; negative if there is none, or it is not to be had. */
function openProcess(pid: number, rights: number): number {
  const handle = new BigUint64Array(1);
  const attributes = new Uint8Array(48);
  attributes[0] = attributes.length;
  const client = new Uint8Array(new BigUint64Array([BigInt(pid), 0n]).buffer);
  const result = nt.NtOpenProcess(new Uint8Array(handle.buffer), rights, attributes, client);
  const failed = check(result);
  return failed < 0 ? -ntStatus(result) : Number(handle[0]);
}

/** What `use` makes of a handle of the process; null where there is none to be had. */
export function withProcess<T>(pid: number, rights: number, use: (handle: number) => T): T | null {
  const handle = openProcess(pid, rights);
  if (handle < 0) return null;
  try {
    return use(handle);
  } finally {
    nt.NtClose(BigInt(handle));
  }
}

/** Null if there is no such process. */
export function processInfo(pid: number): ProcessInfo | null {
  const handle = openProcess(pid, Right.QUERY_LIMITED | Right.SYNCHRONIZE);
  if (handle === -NtStatus.ACCESS_DENIED) {
    return listProcesses().find((listed) => listed.pid === pid) ?? null;
  }
  if (handle < 0) return null;
  const basic = query(handle, ProcessClass.BASIC, BASIC.SIZE_OF);
  const times = query(handle, ProcessClass.TIMES, TIMES.SIZE_OF);
  const isOver = isSet(handle);
  nt.NtClose(BigInt(handle));
  if (basic === null || times === null) return null;
  return {
    pid,
    parent: Number(basic.getBigUint64(BASIC.PARENT, true)),
    started: microseconds(times.getBigUint64(TIMES.CREATED, true)),
    isOver,
  };
}

/** What a process has computed since it began, and the memory that it has, bytes. Null if there is no such process. */
export function processUse(pid: number): { computedMs: number; resident: number } | null {
  return withProcess(pid, Right.QUERY_LIMITED, (handle) => {
    const times = query(handle, ProcessClass.TIMES, TIMES.SIZE_OF);
    const memory = query(handle, ProcessClass.MEMORY, MEMORY.SIZE_OF);
    if (times === null || memory === null) return null;
    const units = times.getBigUint64(TIMES.KERNEL, true) + times.getBigUint64(TIMES.USER, true);
    return {
      computedMs: Number(units) / UNITS_PER_MS,
      resident: Number(memory.getBigUint64(MEMORY.RESIDENT, true)),
    };
  });
}

function query(handle: number, kind: number, size: number): DataView<ArrayBuffer> | null {
  const bytes = new Uint8Array(size);
  const length = new Uint8Array(4);
  if (check(nt.NtQueryInformationProcess(BigInt(handle), kind, bytes, size, length)) < 0) {
    return null;
  }
  return new DataView(bytes.buffer);
}

function microseconds(units: bigint): number {
  return Number(units / UNITS_PER_US) - EPOCH_US;
}

export interface ListedProcess extends ProcessInfo {
  /** Of its program, as `cmd.exe`. */
  readonly name: string;
}

/** All processes, those of other users, too. */
export function listProcesses(): ListedProcess[] {
  const length = new Uint8Array(4);
  for (let size = 256 * 1024;; size *= 2) {
    const bytes = new Uint8Array(size);
    const result = nt.NtQuerySystemInformation(PROCESSES, bytes, size, length);
    if (ntStatus(result) === LENGTH_MISMATCH) continue;
    if (check(result) < 0) return [];
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
    return parseProcesses(new DataView(bytes.buffer), BigInt(address));
  }
}

/** A list of processes as the kernel wrote it to memory at `address`. */
function parseProcesses(view: DataView<ArrayBuffer>, address: bigint): ListedProcess[] {
  const found: ListedProcess[] = [];
  for (let at = 0; at + LISTED.SIZE_OF <= view.byteLength;) {
    found.push({
      pid: Number(view.getBigUint64(at + LISTED.PID, true)),
      parent: Number(view.getBigUint64(at + LISTED.PARENT, true)),
      started: microseconds(view.getBigUint64(at + LISTED.CREATED, true)),
      isOver: view.getUint32(at + LISTED.THREADS, true) === 0,
      name: unicodeString(view, at + LISTED.NAME, address),
    });
    const next = view.getUint32(at + LISTED.NEXT, true);
    if (next === 0) break;
    at += next;
  }
  return found;
}

/** Path of a process's program; null if that may not be known. */
export function programOf(pid: number): string | null {
  return textOf(pid, ProcessClass.PROGRAM);
}

/** With which a process was started, as one text; null if that may not be known. */
export function commandLineOf(pid: number): string | null {
  // Wine does not tell it.
  return textOf(pid, ProcessClass.COMMAND_LINE) ?? parameterOf(pid, PARAMETERS.COMMAND_LINE);
}

/** The directory that a process stands in; null if that may not be known. */
export function directoryOf(pid: number): string | null {
  return parameterOf(pid, PARAMETERS.DIRECTORY);
}

function textOf(pid: number, kind: number): string | null {
  return withProcess(pid, Right.QUERY_LIMITED, (handle) => {
    const view = query(handle, kind, TEXT_BYTES);
    if (view === null) return null;
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(view));
    return unicodeString(view, 0, BigInt(address)) || null;
  });
}

/** A text among the parameters that a process has in its memory. */
function parameterOf(pid: number, offset: number): string | null {
  return withProcess(pid, Right.QUERY | Right.VM_READ, (handle) => {
    const basic = query(handle, ProcessClass.BASIC, BASIC.SIZE_OF);
    const peb = basic?.getBigUint64(BASIC.PEB, true) ?? 0n;
    if (peb === 0n) return null;
    const parameters = memory(handle, Number(peb) + PEB_PARAMETERS, 8)?.getBigUint64(0, true);
    if (!parameters) return null;
    const text = memory(handle, Number(parameters) + offset, UNICODE_STRING.SIZE_OF);
    if (text === null) return null;
    const length = text.getUint16(UNICODE_STRING.LENGTH, true);
    const start = Number(text.getBigUint64(UNICODE_STRING.ADDRESS, true));
    const units = memory(handle, start, length);
    return units === null || length === 0 ? null : wideText(units, 0, length);
  });
}

/** Memory of another process. */
function memory(handle: number, address: number, length: number): DataView | null {
  const bytes = new Uint8Array(length);
  const result = check(
    nt.NtReadVirtualMemory(BigInt(handle), BigInt(address), bytes, BigInt(length), null),
  );
  return result < 0 ? null : new DataView(bytes.buffer);
}
