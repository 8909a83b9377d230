/**
 * Which process and cgroup a thread was of when it sent its last FUSE request.
 *
 * The kernel tells a file system which thread asks, not of which process it is nor in which cgroup. A program at the tracepoint that
 * every FUSE request passes, still in the thread's context and before the file system can read the request, writes
 * the thread's id, that of its cgroup, that of its process and the thread's name into a slot of shared memory. Whoever answers the request looks there.
 *
 * Threads share slots: a slot holds the thread that came last. One that finds another thread's id in its slot knows
 * nothing.
 *
 * @module
 */

import { IS_LINUX } from "../ffi/linux/libc.ts";
import {
  attachRawTracepoint,
  createArray,
  loadProgram,
  mapArray,
  ProgramType,
} from "../ffi/linux/bpf.ts";
import { close } from "../ffi/linux/open.ts";
import type { Mapping } from "../ffi/linux/mapping.ts";
import {
  add,
  and32,
  assemble,
  call,
  exit,
  type Instruction,
  loadMap,
  move,
  move32,
  set,
  skipIfZero,
  store32,
  store64,
} from "./assembler.ts";

/** There since Linux 6.10. */
const TRACEPOINT = "fuse_request_send";
const NAME = "agentvfs_caller";
const LICENSE = "Apache-2.0";

/** A power of two. */
const SLOTS = 65_536;
/** u64 thread id, u64 cgroup id, u64 process and thread, name with NULs behind it. */
const SLOT = { THREAD: 0, CGROUP: 8, PROCESS: 16, NAME: 24, SIZE: 40 } as const;
/** TASK_COMM_LEN. */
const THREAD_NAME_BYTES = 16;

/** enum bpf_func_id. */
const Helper = {
  MAP_LOOKUP_ELEM: 1,
  GET_CURRENT_PID_TGID: 14,
  GET_CURRENT_COMM: 16,
  GET_CURRENT_CGROUP_ID: 80,
} as const;

/** Of the first PID namespace (PROC_PID_INIT_INO): the one in which the program numbers threads. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

function program(map: number): readonly Instruction[] {
  const THREAD = 6;
  const CGROUP = 7;
  const PROCESS = 8;
  const PLACE = 9;
  const KEY = -4;
  return [
    call(Helper.GET_CURRENT_PID_TGID),
    move(PROCESS, 0),
    move32(THREAD, 0),
    call(Helper.GET_CURRENT_CGROUP_ID),
    move(CGROUP, 0),
    move(1, THREAD),
    and32(1, SLOTS - 1),
    store32(10, KEY, 1),
    ...loadMap(1, map),
    move(2, 10),
    add(2, KEY),
    call(Helper.MAP_LOOKUP_ELEM),
    skipIfZero(0, 8),
    move(PLACE, 0),
    store64(PLACE, SLOT.CGROUP, CGROUP),
    store64(PLACE, SLOT.PROCESS, PROCESS),
    move(1, PLACE),
    add(1, SLOT.NAME),
    set(2, THREAD_NAME_BYTES),
    call(Helper.GET_CURRENT_COMM),
    store64(PLACE, SLOT.THREAD, THREAD),
    set(0, 0),
    exit(),
  ];
}

export class CallerStamps {
  readonly #descriptors: readonly number[];
  readonly #memory: Mapping;
  readonly #words: Uint32Array;

  private constructor(descriptors: readonly number[], memory: Mapping) {
    this.#descriptors = descriptors;
    this.#memory = memory;
    this.#words = new Uint32Array(memory.bytes.buffer);
  }

  /** Why it cannot be had, for people, if the kernel or the privileges do not allow it. */
  static load(): CallerStamps | string {
    if (!IS_LINUX) return "only Linux has it";
    // The kernel numbers the threads of requests as the file system's PID namespace does.
    if (Deno.readLinkSync("/proc/self/ns/pid") !== FIRST_PID_NAMESPACE) {
      return "this is a PID namespace of its own";
    }
    const opened: number[] = [];
    const failed = (what: string, errno: number) => {
      opened.forEach(close);
      return `${what}: errno ${-errno}`;
    };
    const map = createArray(NAME, SLOT.SIZE, SLOTS);
    if (map < 0) return failed("bpf(2) makes no map", map);
    opened.push(map);
    const loaded = loadProgram({
      name: NAME,
      type: ProgramType.RAW_TRACEPOINT,
      instructions: assemble(program(map)),
      license: LICENSE,
    });
    if (loaded < 0) return failed("bpf(2) loads no program", loaded);
    opened.push(loaded);
    const link = attachRawTracepoint(loaded, TRACEPOINT);
    if (link < 0) return failed(`there is no tracepoint ${TRACEPOINT}`, link);
    opened.push(link);
    const memory = mapArray(map, SLOTS * SLOT.SIZE);
    if (memory === null) return failed("the map cannot be mapped", 0);
    return new CallerStamps(opened, memory);
  }

  /** Id of the cgroup that a thread was in with its last request; 0 if that is not known. */
  cgroupOf(thread: number): number {
    const at = this.#placeOf(thread);
    if (at < 0) return 0;
    const words = this.#words;
    const word = (at + SLOT.CGROUP) / 4;
    return words[word + 1]! * 2 ** 32 + words[word]!;
  }

  /** The process that it is of, likewise. */
  processOf(thread: number): number {
    const at = this.#placeOf(thread);
    return at < 0 ? 0 : this.#words[(at + SLOT.PROCESS) / 4 + 1]!;
  }

  /** Lays the thread's name, {@linkcode THREAD_NAME_BYTES} with NULs behind it, at `to`; a NUL if it is not known. */
  layName(thread: number, into: Uint8Array, to: number): void {
    const at = this.#placeOf(thread);
    if (at < 0) {
      into[to] = 0;
      return;
    }
    const { bytes } = this.#memory;
    for (let i = 0; i < THREAD_NAME_BYTES; i++) into[to + i] = bytes[at + SLOT.NAME + i]!;
  }

  /** Negative if the slot is another thread's. */
  #placeOf(thread: number): number {
    const at = (thread & (SLOTS - 1)) * SLOT.SIZE;
    return this.#words[at / 4] === thread ? at : -1;
  }

  close(): void {
    this.#memory.unmap();
    this.#descriptors.forEach(close);
  }
}
