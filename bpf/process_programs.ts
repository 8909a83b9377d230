/**
 * Programs at the points of the kernel's scheduler where processes begin, become another program, and end.
 *
 * They cost nothing per system call: some 10 us for each exec, which takes 600 us and more.
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
  loadMap,
  move,
  set,
  store,
  storeValue,
} from "./assembler.ts";
import {
  appendString,
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
import { Head, Kind, MOST_ARGUMENT_BYTES } from "./record.ts";

/** Fields of the kernel's structures that the programs need. */
export const PROCESS_FIELDS = [
  ...WALK_FIELDS,
  "task_struct.tgid",
  "task_struct.real_parent",
  "task_struct.group_leader",
  "task_struct.start_boottime",
  "task_struct.exit_code",
  "task_struct.signal",
  "task_struct.mm",
  "task_struct.fs",
  "mm_struct.arg_start",
  "mm_struct.arg_end",
  "fs_struct.pwd.mnt",
  "fs_struct.pwd.dentry",
  "linux_binprm.file",
  "linux_binprm.filename",
  "file.f_path.mnt",
  "file.f_path.dentry",
  "signal_struct.live.counter",
  "signal_struct.flags",
  "signal_struct.group_exit_code",
] as const;

type Offset = (field: typeof PROCESS_FIELDS[number]) => number;

export interface TracepointProgram {
  readonly tracepoint: string;
  readonly lines: readonly Line[];
}

export function processPrograms(maps: Maps, offset: Offset): readonly TracepointProgram[] {
  return [
    { tracepoint: "sched_process_exec", lines: execProgram(maps, offset) },
    { tracepoint: "sched_process_fork", lines: forkProgram(maps, offset) },
    { tracepoint: "sched_process_exit", lines: exitProgram(maps, offset) },
  ];
}

/** The most that a record may have when the executable's and the directory's names are to be appended. */
const EXECUTABLE_LIMIT = 2048;
const DIRECTORY_LIMIT = 4096;

/** An argument of the tracepoint into a slot. */
function argument(slot: number, index: number): Line[] {
  return [load(8, 1, 6, 8 * index), store(8, 10, slot, 1)];
}

/** Parent and begin of the process whose first thread's task is in {@linkcode Slot.TASK}. */
function describe(offset: Offset): Line[] {
  return [
    ...readToSlot(Slot.POINTER, 8, Slot.TASK, offset("task_struct.real_parent")),
    ...readToRecord(Head.PARENT, 4, Slot.POINTER, offset("task_struct.tgid")),
    ...readToRecord(Head.START, 8, Slot.TASK, offset("task_struct.start_boottime")),
  ];
}

/** From now on the process whose number is in {@linkcode Slot.KEY} is watched, wherever it goes. */
function watch({ processes }: Maps): Line[] {
  return put(processes, ANY);
}

/** For the flags of bpf_map_update_elem: whether the key may be there already. */
const ANY = 0;
const NO_EXIST = 1;

/** Puts the key in {@linkcode Slot.KEY} into a map whose values are u64. r0 = 0, or below it if it was not to be. */
function put(map: number, flags: number): Line[] {
  return [
    storeValue(8, 10, Slot.NEXT, 1),
    ...loadMap(1, map),
    move(2, 10),
    compute("add", 2, Slot.KEY),
    move(3, 10),
    compute("add", 3, Slot.NEXT),
    set(4, flags),
    call(Helper.UPDATE),
  ];
}

/** Bits of the begin of a process beside which its number is put. */
const BEGIN_BITS = 42;

/**
 * Goes on once for each process, else at `out`: threads that end at the same time each find that no other is left. By a map,
 * as Linux tells at this point which of them was the last only since 6.16.
 */
function onceEnded({ ended }: Maps): Line[] {
  return [
    load(4, 1, 7, Head.PROCESS),
    compute("shl", 1, BEGIN_BITS),
    load(8, 2, 7, Head.START),
    compute("add", 1, { register: 2 }),
    store(8, 10, Slot.KEY, 1),
    ...put(ended, NO_EXIST),
    jumpIf(0, "!=", 0, "out"),
  ];
}

/** sched_process_exec(task, old thread id, linux_binprm) */
function execProgram(maps: Maps, offset: Offset): Line[] {
  const path = (of: string) =>
    ([["dentry", Slot.DENTRY], ["mnt", Slot.MOUNT]] as const).flatMap(([field, slot]) =>
      readToSlot(slot, 8, Slot.POINTER, offset(`${of}.${field}` as "file.f_path.mnt"))
    );
  return [
    move(6, 1),
    ...ifWatched(maps),
    ...beginRecord(maps, Kind.EXEC),
    ...argument(Slot.TASK, 0),
    load(4, 1, 7, Head.PROCESS),
    store(4, 10, Slot.KEY, 1),
    ...watch(maps),
    ...describe(offset),

    ...argument(Slot.NAME, 2),
    ...readToSlot(Slot.POINTER, 8, Slot.NAME, offset("linux_binprm.filename")),
    ...appendString(Slot.POINTER, EXECUTABLE_LIMIT, "named"),
    label("named"),
    store(2, 7, Head.FILE_END, 8),

    ...argument(Slot.NAME, 2),
    ...readToSlot(Slot.POINTER, 8, Slot.NAME, offset("linux_binprm.file")),
    ...path("file.f_path"),
    ...walkPath(offset, "executable", Head.EXECUTABLE_WHOLE, EXECUTABLE_LIMIT),
    store(2, 7, Head.EXECUTABLE_END, 8),

    ...readToSlot(Slot.POINTER, 8, Slot.TASK, offset("task_struct.fs")),
    ...path("fs_struct.pwd"),
    ...walkPath(offset, "directory", Head.DIRECTORY_WHOLE, DIRECTORY_LIMIT),
    store(2, 7, Head.DIRECTORY_END, 8),

    // The arguments, and never what comes after them: the environment.
    ...readToSlot(Slot.POINTER, 8, Slot.TASK, offset("task_struct.mm")),
    ...readToSlot(Slot.NAME, 8, Slot.POINTER, offset("mm_struct.arg_start")),
    ...readToSlot(Slot.NEXT, 8, Slot.POINTER, offset("mm_struct.arg_end")),
    load(8, 9, 10, Slot.NEXT),
    load(8, 3, 10, Slot.NAME),
    compute("sub", 9, { register: 3 }),
    store(4, 7, Head.ARGUMENTS, 9),
    jumpIf(9, "==", 0, "put-it"),
    jumpIf(9, "<=", MOST_ARGUMENT_BYTES, "measured"),
    set(9, MOST_ARGUMENT_BYTES),
    label("measured"),
    move(1, 7),
    compute("add", 1, { register: 8 }),
    move(2, 9),
    call(Helper.READ_USER),
    jumpIf(0, "!=", 0, "put-it"),
    compute("add", 8, { register: 9 }),
    label("put-it"),
    ...putRecord(maps),
    ...end(),
  ];
}

/** sched_process_fork(parent's task, child's task) */
function forkProgram(maps: Maps, offset: Offset): Line[] {
  return [
    move(6, 1),
    ...ifWatched(maps),
    ...beginRecord(maps, Kind.FORK),
    ...argument(Slot.TASK, 1),
    ...readToRecord(Head.VALUE, 4, Slot.TASK, offset("task_struct.tgid")),
    load(4, 1, 7, Head.VALUE),
    load(4, 2, 7, Head.PROCESS),
    // A thread is no process.
    jumpIf(1, "==", { register: 2 }, "out"),
    store(4, 10, Slot.KEY, 1),
    ...watch(maps),
    ...describe(offset),
    ...putRecord(maps),
    ...end(),
  ];
}

const SIGNAL_GROUP_EXIT = 4;

/** sched_process_exit(task, …): each thread of a process comes here, the process ends with the last. */
function exitProgram(maps: Maps, offset: Offset): Line[] {
  return [
    move(6, 1),
    ...ifWatched(maps),
    ...argument(Slot.TASK, 0),
    ...readToSlot(Slot.POINTER, 8, Slot.TASK, offset("task_struct.signal")),
    ...readToSlot(Slot.NAME, 4, Slot.POINTER, offset("signal_struct.live.counter")),
    load(4, 1, 10, Slot.NAME),
    jumpIf(1, "!=", 0, "out"),
    ...beginRecord(maps, Kind.EXIT),
    ...readToSlot(Slot.NEXT, 8, Slot.TASK, offset("task_struct.group_leader")),
    load(8, 1, 10, Slot.NEXT),
    store(8, 10, Slot.TASK, 1),
    ...readToSlot(Slot.NAME, 4, Slot.POINTER, offset("signal_struct.flags")),
    load(4, 1, 10, Slot.NAME),
    jumpIf(1, "&", SIGNAL_GROUP_EXIT, "together"),
    ...readToRecord(Head.VALUE, 4, Slot.TASK, offset("task_struct.exit_code")),
    jump("coded"),
    label("together"),
    ...readToRecord(Head.VALUE, 4, Slot.POINTER, offset("signal_struct.group_exit_code")),
    label("coded"),
    ...describe(offset),
    ...onceEnded(maps),
    load(4, 1, 7, Head.PROCESS),
    store(4, 10, Slot.KEY, 1),
    ...loadMap(1, maps.processes),
    move(2, 10),
    compute("add", 2, Slot.KEY),
    call(Helper.DELETE),
    ...putRecord(maps),
    ...end(),
  ];
}
