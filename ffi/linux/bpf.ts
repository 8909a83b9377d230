/**
 * bpf(2): maps, programs, and what programs are attached to (Linux).
 *
 * Nothing throws: a failed call returns `-errno`, as in `libc.ts`. Loading needs CAP_BPF and CAP_PERFMON, programs of cgroups
 * CAP_NET_ADMIN too.
 *
 * @module
 */

import { bindLibc } from "./libc.ts";
import { mapFile, type Mapping } from "./mapping.ts";

const libc = bindLibc({
  syscall: { parameters: ["i64", "i64", "buffer", "i64"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
}) as unknown as {
  syscall(number: number, command: number, attributes: Uint8Array, size: number): number;
  __errno_location(): Deno.PointerObject;
};

const SYS_BPF = Deno.build.arch === "aarch64" ? 280 : 321;
/** enum bpf_cmd. */
const Command = {
  MAP_CREATE: 0,
  MAP_UPDATE_ELEM: 2,
  MAP_DELETE_ELEM: 3,
  PROG_LOAD: 5,
  PROG_ATTACH: 8,
  RAW_TRACEPOINT_OPEN: 17,
  LINK_CREATE: 28,
} as const;
/** enum bpf_map_type. */
export const MapType = {
  HASH: 1,
  ARRAY: 2,
  PERCPU_ARRAY: 6,
  LRU_HASH: 9,
  LPM_TRIE: 11,
  RINGBUF: 27,
} as const;
/** enum bpf_prog_type. */
export const ProgramType = {
  CGROUP_SKB: 8,
  CGROUP_SOCK: 9,
  RAW_TRACEPOINT: 17,
  CGROUP_SOCK_ADDR: 18,
} as const;
const F_NO_PREALLOC = 1;
const F_MMAPABLE = 1 << 10;
const F_ALLOW_MULTI = 2;
/** Enough of union bpf_attr for these commands; the kernel takes the rest as zeros. */
const ATTRIBUTE_BYTES = 72;
const NAME_BYTES = 15;

function bpf(command: number, fill: (view: DataView) => void, name = "", nameAt = 0): number {
  const bytes = new Uint8Array(ATTRIBUTE_BYTES);
  fill(new DataView(bytes.buffer));
  bytes.set(new TextEncoder().encode(name).subarray(0, NAME_BYTES), nameAt);
  const result = libc.syscall(SYS_BPF, command, bytes, ATTRIBUTE_BYTES);
  if (result >= 0) return result;
  return -new Deno.UnsafePointerView(libc.__errno_location()).getInt32();
}

function address(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}

function words(view: DataView, values: readonly number[]): void {
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
}

/** A map: its descriptor. `keyBytes` and `valueBytes` are 0 for a ring, whose `entries` is its size: pages, a power of two. */
export function createMap(
  name: string,
  type: number,
  keyBytes: number,
  valueBytes: number,
  entries: number,
): number {
  const flags = type === MapType.LPM_TRIE ? F_NO_PREALLOC : 0;
  return bpf(
    Command.MAP_CREATE,
    (view) => words(view, [type, keyBytes, valueBytes, entries, flags]),
    name,
    28,
  );
}

/** An array of `entries` values of `valueBytes` (a multiple of 8) that can be {@linkcode mapArray mapped}: its descriptor. */
export function createArray(name: string, valueBytes: number, entries: number): number {
  return bpf(
    Command.MAP_CREATE,
    (view) => words(view, [MapType.ARRAY, 4, valueBytes, entries, F_MMAPABLE]),
    name,
    28,
  );
}

/** The values of an array map as memory. Null if it cannot be mapped. */
export function mapArray(fd: number, bytes: number): Mapping | null {
  return mapFile(fd, 0, bytes);
}

/** Puts a value into a map, in the place of what is there for the key. */
export function updateElement(
  map: number,
  key: Uint8Array<ArrayBuffer>,
  value: Uint8Array<ArrayBuffer>,
): number {
  return bpf(Command.MAP_UPDATE_ELEM, (view) => {
    view.setUint32(0, map, true);
    view.setBigUint64(8, address(key), true);
    view.setBigUint64(16, address(value), true);
  });
}

export function deleteElement(map: number, key: Uint8Array<ArrayBuffer>): number {
  return bpf(Command.MAP_DELETE_ELEM, (view) => {
    view.setUint32(0, map, true);
    view.setBigUint64(8, address(key), true);
  });
}

export interface ProgramSource {
  readonly name: string;
  readonly type: number;
  readonly instructions: Uint8Array<ArrayBuffer>;
  /** As in BPF_PROG_LOAD. */
  readonly license: string;
  /** enum bpf_attach_type, of programs of cgroups. */
  readonly attachType?: number;
}

/** Loads a program: its descriptor. `log`, if there is one, gets the verifier's words. */
export function loadProgram(source: ProgramSource, log?: Uint8Array<ArrayBuffer>): number {
  const license = new TextEncoder().encode(source.license + "\0");
  return bpf(
    Command.PROG_LOAD,
    (view) => {
      words(view, [source.type, source.instructions.length / 8]);
      view.setBigUint64(8, address(source.instructions), true);
      view.setBigUint64(16, address(license), true);
      if (log !== undefined) {
        words(new DataView(view.buffer, 24), [1, log.length]);
        view.setBigUint64(32, address(log), true);
      }
      view.setUint32(68, source.attachType ?? 0, true);
    },
    source.name,
    48,
  );
}

/** Runs a program at each hit of a raw tracepoint for as long as the descriptor it returns is open. */
export function attachRawTracepoint(program: number, tracepoint: string): number {
  const name = new TextEncoder().encode(tracepoint + "\0");
  return bpf(Command.RAW_TRACEPOINT_OPEN, (view) => {
    view.setBigUint64(0, address(name), true);
    view.setUint32(8, program, true);
  });
}

/** Runs a program for a cgroup, by the descriptor of its directory, and those below it while the descriptor it returns is open. */
export function linkToCgroup(program: number, cgroup: number, attachType: number): number {
  return bpf(Command.LINK_CREATE, (view) => words(view, [program, cgroup, attachType]));
}

/** As {@linkcode linkToCgroup}, for as long as there is the cgroup. */
export function attachToCgroup(program: number, cgroup: number, attachType: number): number {
  return bpf(
    Command.PROG_ATTACH,
    (view) => words(view, [cgroup, program, attachType, F_ALLOW_MULTI]),
  );
}
