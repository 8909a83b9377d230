/**
 * Which cgroup a thread was in when it sent its last FUSE request.
 *
 * The kernel tells a file system which thread asks, not in which cgroup the thread is. A program at the tracepoint that
 * every FUSE request passes, still in the thread's context and before the file system can read the request, writes
 * the thread's id and that of its cgroup into a slot of shared memory. Whoever answers the request looks there.
 *
 * Threads share slots: a slot holds the thread that came last. One that finds another thread's id in its slot knows
 * nothing.
 *
 * @module
 */

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
/** u64 thread id, u64 cgroup id. */
const SLOT_BYTES = 16;

/** enum bpf_func_id. */
const Helper = { MAP_LOOKUP_ELEM: 1, GET_CURRENT_PID_TGID: 14, GET_CURRENT_CGROUP_ID: 80 } as const;

/** Of the first PID namespace (PROC_PID_INIT_INO): the one in which the program numbers threads. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

function program(map: number): readonly Instruction[] {
  const THREAD = 6;
  const CGROUP = 7;
  const KEY = -4;
  return [
    call(Helper.GET_CURRENT_PID_TGID),
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
    skipIfZero(0, 2),
    store64(0, 8, CGROUP),
    store64(0, 0, THREAD),
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
    // The kernel numbers the threads of requests as the file system's PID namespace does.
    if (Deno.readLinkSync("/proc/self/ns/pid") !== FIRST_PID_NAMESPACE) {
      return "this is a PID namespace of its own";
    }
    const opened: number[] = [];
    const failed = (what: string, errno: number) => {
      opened.forEach(close);
      return `${what}: errno ${-errno}`;
    };
    const map = createArray(NAME, SLOT_BYTES, SLOTS);
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
    const memory = mapArray(map, SLOTS * SLOT_BYTES);
    if (memory === null) return failed("the map cannot be mapped", 0);
    return new CallerStamps(opened, memory);
  }

  /** Id of the cgroup that a thread was in with its last request; 0 if that is not known. */
  cgroupOf(thread: number): number {
    const at = (thread & (SLOTS - 1)) * (SLOT_BYTES / 4);
    const words = this.#words;
    if (words[at] !== thread) return 0;
    return words[at + 3]! * 2 ** 32 + words[at + 2]!;
  }

  close(): void {
    this.#memory.unmap();
    this.#descriptors.forEach(close);
  }
}
