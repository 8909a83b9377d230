/**
 * Pieces that the programs have in common.
 *
 * Registers: r6 the program's context, r7 the record that is being made, r8 its length so far, r9 for loops.
 *
 * @module
 */

import {
  atomicAdd64,
  call,
  compute,
  exit,
  jump,
  jumpIf,
  label,
  type Line,
  load,
  loadMap,
  loadMapValue,
  move,
  type Register,
  set,
  store,
  storeValue,
} from "./assembler.ts";
import { Head } from "./record.ts";

/**
 * What the kernel asks of programs that call the helpers which read its memory. The files of this folder that make them may be
 * used under the terms of the MIT license or version 2 of the GPL, too.
 */
export const LICENSE = "Dual MIT/GPL";

/** enum bpf_func_id. */
export const Helper = {
  LOOKUP: 1,
  UPDATE: 2,
  DELETE: 3,
  TIME: 5,
  PID_TGID: 14,
  UID_GID: 15,
  COMM: 16,
  TASK: 35,
  SKB_LOAD_BYTES: 26,
  CGROUP_ID: 80,
  READ_USER: 112,
  READ_KERNEL: 113,
  READ_USER_STRING: 114,
  READ_KERNEL_STRING: 115,
  ANCESTOR_CGROUP_ID: 123,
  RING_OUTPUT: 130,
  GET_RETVAL: 186,
  SET_RETVAL: 187,
} as const;

/** The maps that the programs share: descriptors. */
export interface Maps {
  readonly ring: number;
  /** One value for each CPU in which a record is made. */
  readonly scratch: number;
  /** {@linkcode Control}. */
  readonly control: number;
  /** Ids of cgroups whose processes are watched, and those below them. */
  readonly cgroups: number;
  /** Processes that are watched wherever they go: those that were begun by one that is. */
  readonly processes: number;
  /** Processes that ended last, by what no two have in common: number and begin. */
  readonly ended: number;
}

/** Offsets in the one value of the map of that name. */
export const Control = {
  /** u64: records that found no room */
  LOST: 0,
  /** u32: 1 where every process of the machine is watched */
  ALL: 8,
  BYTES: 4096,
} as const;

export const SCRATCH_BYTES = 8192;
/** Deeper ones are not looked for. */
const CGROUP_LEVELS = 32;

/** A slot of the stack: offset from its end. */
export const Slot = {
  TASK: -8,
  POINTER: -16,
  DENTRY: -24,
  MOUNT: -32,
  NEXT: -40,
  NAME: -48,
  KEY: -56,
} as const;

/** r0 = address of the value for the key in {@linkcode Slot.KEY}, or 0. */
function lookup(map: number): Line[] {
  return [...loadMap(1, map), move(2, 10), compute("add", 2, Slot.KEY), call(Helper.LOOKUP)];
}

/** Reads `size` bytes at `offset` behind the pointer in a slot into another slot. */
export function readToSlot(slot: number, size: number, pointer: number, offset: number): Line[] {
  return [
    move(1, 10),
    compute("add", 1, slot),
    set(2, size),
    load(8, 3, 10, pointer),
    compute("add", 3, offset),
    call(Helper.READ_KERNEL),
  ];
}

/** Reads `size` bytes at `offset` behind the pointer in a slot into the record. */
export function readToRecord(at: number, size: number, pointer: number, offset: number): Line[] {
  return [
    move(1, 7),
    compute("add", 1, at),
    set(2, size),
    load(8, 3, 10, pointer),
    compute("add", 3, offset),
    call(Helper.READ_KERNEL),
  ];
}

/** Goes on where the current process is watched, else at `out`. */
export function ifWatched({ control, processes, cgroups }: Maps): Line[] {
  return [
    ...loadMapValue(1, control, Control.ALL),
    load(4, 1, 1, 0),
    jumpIf(1, "!=", 0, "watched"),
    call(Helper.PID_TGID),
    compute("shr", 0, 32),
    store(4, 10, Slot.KEY, 0),
    ...lookup(processes),
    jumpIf(0, "!=", 0, "watched"),
    set(9, 0),
    label("level"),
    move(1, 9),
    call(Helper.ANCESTOR_CGROUP_ID),
    jumpIf(0, "==", 0, "out"),
    store(8, 10, Slot.KEY, 0),
    ...lookup(cgroups),
    jumpIf(0, "!=", 0, "watched"),
    compute("add", 9, 1),
    jumpIf(9, "<", CGROUP_LEVELS, "level"),
    jump("out"),
    label("watched"),
  ];
}

/** Begins a record: who is known without looking into the kernel's memory. */
export function beginRecord({ scratch }: Maps, kind: number): Line[] {
  return [
    storeValue(4, 10, Slot.KEY, 0),
    ...lookup(scratch),
    jumpIf(0, "==", 0, "out"),
    move(7, 0),
    ...fillHead(kind),
    set(8, Head.BYTES),
  ];
}

/** Fills in the head of the record at r7. */
export function fillHead(kind: number): Line[] {
  return [
    // Nothing of the record before this one stays in it.
    ...Array.from({ length: Head.BYTES / 8 }, (_, i) => storeValue(8, 7, 8 * i, 0)),
    storeValue(2, 7, Head.KIND, kind),
    call(Helper.TIME),
    store(8, 7, Head.TIME, 0),
    call(Helper.PID_TGID),
    store(8, 7, Head.THREAD, 0),
    call(Helper.UID_GID),
    store(8, 7, Head.USER, 0),
    call(Helper.CGROUP_ID),
    store(8, 7, Head.CGROUP, 0),
    move(1, 7),
    compute("add", 1, Head.NAME),
    set(2, 16),
    call(Helper.COMM),
  ];
}

/** Puts the record, r8 bytes, into the ring. One that finds no room is counted. */
export function putRecord({ ring, control }: Maps): Line[] {
  return [
    ...loadMap(1, ring),
    move(2, 7),
    move(3, 8),
    set(4, 0),
    call(Helper.RING_OUTPUT),
    jumpIf(0, "==", 0, "put"),
    ...countLost(control),
    label("put"),
  ];
}

function countLost(control: number): Line[] {
  const COUNT: Register = 2;
  return [
    ...loadMapValue(1, control, Control.LOST),
    set(COUNT, 1),
    atomicAdd64(1, 0, COUNT),
  ];
}

/** Appends a string of the kernel's, its address being in a slot, with a NUL. Goes to `full` if r8 is above `limit`. */
export function appendString(pointer: number, limit: number, full: string): Line[] {
  const MOST = 256;
  return [
    jumpIf(8, ">", limit, full),
    move(1, 7),
    compute("add", 1, { register: 8 }),
    set(2, MOST),
    load(8, 3, 10, pointer),
    call(Helper.READ_KERNEL_STRING),
    // Unsigned: a failure is more, too.
    jumpIf(0, ">", MOST, full),
    compute("add", 8, { register: 0 }),
  ];
}

/** The end of a program that has had nothing to say, or has said it. */
export function end(result = 0): Line[] {
  return [label("out"), set(0, result), exit()];
}
