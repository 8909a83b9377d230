/**
 * A program at the end of every system call of the machine: those that are in a table, of processes that are watched, are told
 * of with their arguments, the paths among them, and how they ended.
 *
 * At the end, not at the beginning: the result is known, and the paths are in memory, because the kernel has read them.
 *
 * @module
 */

import {
  call,
  compute,
  jump,
  jumpIf,
  label,
  type Line,
  load,
  loadMapValue,
  move,
  type Register,
  set,
  store,
  storeValue,
} from "./assembler.ts";
import {
  beginRecord,
  end,
  Helper,
  ifWatched,
  type Maps,
  putRecord,
  readToRecord,
  readToSlot,
  Slot,
} from "./fragments.ts";
import { WALK_FIELDS, walkPath } from "./path_walk.ts";
import { CallHead, Head, Kind } from "./record.ts";

export const CALL_FIELDS = [
  ...WALK_FIELDS,
  "task_struct.fs",
  "task_struct.files",
  "files_struct.fdt",
  "fdtable.fd",
  "file.f_path.mnt",
  "file.f_path.dentry",
  "fs_struct.pwd.mnt",
  "fs_struct.pwd.dentry",
] as const;

type Offset = (field: typeof CALL_FIELDS[number]) => number;

/** Numbers of calls are below; a word for each, in the one value of a map. */
export const MOST_CALLS = 512;

/** Which arguments of a call are what: their index, undefined where there is none. */
export interface CallShape {
  readonly path?: number;
  readonly target?: number;
  readonly directory?: number;
  readonly targetDirectory?: number;
  /** The target is no path. */
  readonly isText?: boolean;
  /** An open file, instead of a path. */
  readonly file?: number;
  /** Open flags: only calls count that have one of {@linkcode bits}. */
  readonly flags?: number;
  /** The address of struct open_how, which begins with them. */
  readonly how?: number;
}

/** Shifts in the table's word; an argument is its index and 1. */
const Shift = {
  PATH: 0,
  TARGET: 3,
  DIRECTORY: 6,
  FLAGS: 9,
  HOW: 12,
  TARGET_DIRECTORY: 16,
} as const;
const ARGUMENT_MASK = 7;
/** Every call that counts. */
const WANTED = 0x8000;
/** The target is a path. */
const TARGET_PATH = 0x80000;

export function callWord(shape: CallShape): number {
  const { path, target, directory, targetDirectory, file, flags, how } = shape;
  const argument = (index: number | undefined, shift: number) => ((index ?? -1) + 1) << shift;
  return WANTED | argument(path, Shift.PATH) | argument(target, Shift.TARGET) |
    argument(directory ?? file, Shift.DIRECTORY) | argument(flags, Shift.FLAGS) |
    argument(how, Shift.HOW) | argument(targetDirectory, Shift.TARGET_DIRECTORY) |
    (target === undefined || shape.isText === true ? 0 : TARGET_PATH);
}

/** struct pt_regs: the call's number, its arguments, and what tells a caller of 32 bits, whose numbers are others. */
const REGISTERS = Deno.build.arch === "aarch64"
  ? { number: 280, args: [272, 8, 16, 24, 32, 40], mode: 264, is32: 0x10 }
  : { number: 120, args: [112, 104, 96, 56, 72, 64], mode: 136, is32: 0 };
/** Of x86_64: the code segment of such a caller. */
const CS_32 = 0x23;

const AT_FDCWD = -100;
/** Which argument of openat2(2) is struct open_how. */
const HOW = 2;
const MOST_PATH = 1024;
const DIRECTORY_LIMIT = 4096;
const TARGET_DIRECTORY_LIMIT = 7168;
const SLASH = "/".charCodeAt(0);
/** A slot of the stack below those of the fragments. */
const WORD = -64;

/** sys_exit(registers, result) */
export function callProgram(maps: Maps, table: number, bits: number, offset: Offset): Line[] {
  return [
    move(6, 1),
    load(8, 1, 6, 0),
    store(8, 10, Slot.POINTER, 1),
    ...readToSlot(Slot.NAME, 4, Slot.POINTER, REGISTERS.number),
    load(4, 1, 10, Slot.NAME),
    jumpIf(1, ">=", MOST_CALLS, "out"),
    compute("shl", 1, 3),
    ...loadMapValue(2, table, 0),
    compute("add", 2, { register: 1 }),
    load(8, 1, 2, 0),
    jumpIf(1, "==", 0, "out"),
    store(8, 10, WORD, 1),
    ...readToSlot(Slot.NEXT, 8, Slot.POINTER, REGISTERS.mode),
    load(8, 1, 10, Slot.NEXT),
    REGISTERS.is32 === 0 ? jumpIf(1, "==", CS_32, "out") : jumpIf(1, "&", REGISTERS.is32, "out"),
    ...ifWatched(maps),
    ...beginRecord(maps, Kind.CALL),
    load(4, 1, 10, Slot.NAME),
    store(4, 7, CallHead.NUMBER, 1),
    load(8, 1, 6, 8),
    set(2, 0),
    jumpIf(1, "s>", -1, "succeeded"),
    compute("sub", 2, { register: 1 }),
    label("succeeded"),
    store(4, 7, Head.VALUE, 2),
    ...REGISTERS.args.flatMap((at, i) =>
      readToRecord(CallHead.ARGUMENTS + 8 * i, 8, Slot.POINTER, at)
    ),
    ...argument(3, Shift.HOW, "by-flags"),
    // Its flags come into the place of the address.
    move(1, 7),
    compute("add", 1, CallHead.ARGUMENTS + 8 * HOW),
    set(2, 8),
    call(Helper.READ_USER),
    load(8, 1, 7, CallHead.ARGUMENTS + 8 * HOW),
    jumpIf(1, "&", bits, "flagged"),
    jump("out"),
    label("by-flags"),
    ...argument(1, Shift.FLAGS, "flagged"),
    jumpIf(1, "&", bits, "flagged"),
    jump("out"),
    label("flagged"),
    set(8, CallHead.BYTES),
    // What the record before this one had there is no path of this call's.
    storeValue(1, 7, CallHead.BYTES, 0),
    ...readPath(Shift.PATH),
    store(2, 7, Head.FILE_END, 8),
    ...readPath(Shift.TARGET),
    store(2, 7, Head.EXECUTABLE_END, 8),
    call(Helper.TASK),
    store(8, 10, Slot.TASK, 0),
    // A path from the root needs no directory.
    load(1, 1, 7, CallHead.BYTES),
    jumpIf(1, "==", SLASH, "directory-told"),
    ...directory(offset, "directory", Shift.DIRECTORY, Head.DIRECTORY_WHOLE, DIRECTORY_LIMIT),
    label("directory-told"),
    store(2, 7, Head.DIRECTORY_END, 8),
    load(8, 1, 10, WORD),
    jumpIf(1, "&", TARGET_PATH, "has-target"),
    jump("told"),
    label("has-target"),
    ...argument(3, Shift.TARGET, "told"),
    move(1, 10),
    compute("add", 1, Slot.NEXT),
    set(2, 1),
    call(Helper.READ_USER),
    load(1, 1, 10, Slot.NEXT),
    jumpIf(1, "==", SLASH, "told"),
    ...directory(
      offset,
      "target",
      Shift.TARGET_DIRECTORY,
      CallHead.TARGET_DIRECTORY_WHOLE,
      TARGET_DIRECTORY_LIMIT,
    ),
    label("told"),
    store(2, 7, CallHead.TARGET_DIRECTORY_END, 8),
    ...putRecord(maps),
    ...end(),
  ];
}

/** Appends the path of the directory that an argument is a descriptor of; of the working directory where there is none. */
function directory(
  offset: Offset,
  name: string,
  shift: number,
  whole: number,
  limit: number,
): Line[] {
  const [here, walk] = [`${name}-here`, `${name}-walk`];
  return [
    ...argument(1, shift, here),
    compute("shl", 1, 32),
    compute("shr", 1, 32),
    set(2, AT_FDCWD),
    compute("shl", 2, 32),
    compute("shr", 2, 32),
    jumpIf(1, "==", { register: 2 }, here),
    compute("shl", 1, 3),
    store(8, 10, Slot.NEXT, 1),
    ...readToSlot(Slot.POINTER, 8, Slot.TASK, offset("task_struct.files")),
    ...readToSlot(Slot.POINTER, 8, Slot.POINTER, offset("files_struct.fdt")),
    ...readToSlot(Slot.POINTER, 8, Slot.POINTER, offset("fdtable.fd")),
    load(8, 1, 10, Slot.POINTER),
    load(8, 2, 10, Slot.NEXT),
    compute("add", 1, { register: 2 }),
    store(8, 10, Slot.POINTER, 1),
    ...readToSlot(Slot.POINTER, 8, Slot.POINTER, 0),
    ...readToSlot(Slot.DENTRY, 8, Slot.POINTER, offset("file.f_path.dentry")),
    ...readToSlot(Slot.MOUNT, 8, Slot.POINTER, offset("file.f_path.mnt")),
    jump(walk),
    label(here),
    ...readToSlot(Slot.POINTER, 8, Slot.TASK, offset("task_struct.fs")),
    ...readToSlot(Slot.DENTRY, 8, Slot.POINTER, offset("fs_struct.pwd.dentry")),
    ...readToSlot(Slot.MOUNT, 8, Slot.POINTER, offset("fs_struct.pwd.mnt")),
    label(walk),
    ...walkPath(offset, name, whole, limit),
  ];
}

/** `to` = the argument that the table's word names; goes to `none` where it names none. */
function argument(to: Register, shift: number, none: string): Line[] {
  return [
    load(8, to, 10, WORD),
    compute("shr", to, shift),
    compute("and", to, ARGUMENT_MASK),
    jumpIf(to, "==", 0, none),
    compute("sub", to, 1),
    compute("shl", to, 3),
    compute("add", to, { register: 7 }),
    load(8, to, to, CallHead.ARGUMENTS),
  ];
}

/** Appends the path that an argument names, with a NUL; nothing where it cannot be read. */
function readPath(shift: number): Line[] {
  const none = `path-${shift}`;
  return [
    ...argument(3, shift, none),
    move(1, 7),
    compute("add", 1, { register: 8 }),
    set(2, MOST_PATH),
    call(Helper.READ_USER_STRING),
    // Unsigned: a failure is more, too.
    jumpIf(0, ">", MOST_PATH, none),
    compute("add", 8, { register: 0 }),
    label(none),
  ];
}
