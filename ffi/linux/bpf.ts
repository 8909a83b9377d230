/**
 * bpf(2): maps that are shared memory, and programs at raw tracepoints (Linux).
 *
 * Nothing throws: a failed call returns `-errno`, as in `libc.ts`. Loading needs CAP_BPF and CAP_PERFMON.
 *
 * @module
 */

import { mapFile, type Mapping } from "./mapping.ts";

const library = Deno.dlopen("libc.so.6", {
  syscall: { parameters: ["i64", "i64", "buffer", "i64"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
});
const libc = library.symbols as unknown as {
  syscall(number: number, command: number, attributes: Uint8Array, size: number): number;
  __errno_location(): Deno.PointerObject;
};

const SYS_BPF = Deno.build.arch === "aarch64" ? 280 : 321;
/** enum bpf_cmd. */
const Command = { MAP_CREATE: 0, PROG_LOAD: 5, RAW_TRACEPOINT_OPEN: 17 } as const;
const MAP_TYPE_ARRAY = 2;
const F_MMAPABLE = 1 << 10;
const PROG_TYPE_RAW_TRACEPOINT = 17;
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

/** An array of `entries` values of `valueBytes` (a multiple of 8) that can be {@linkcode mapArray mapped}: its descriptor. */
export function createArray(name: string, valueBytes: number, entries: number): number {
  return bpf(
    Command.MAP_CREATE,
    (view) =>
      [MAP_TYPE_ARRAY, 4, valueBytes, entries, F_MMAPABLE].forEach((value, i) =>
        view.setUint32(4 * i, value, true)
      ),
    name,
    28,
  );
}

/** The values of an array map as memory. Null if it cannot be mapped. */
export function mapArray(fd: number, bytes: number): Mapping | null {
  return mapFile(fd, 0, bytes);
}

/** Loads a program of the raw tracepoint type: its descriptor. `license` as in BPF_PROG_LOAD. */
export function loadProgram(
  name: string,
  instructions: Uint8Array<ArrayBuffer>,
  license: string,
): number {
  const licenseBytes = new TextEncoder().encode(license + "\0");
  return bpf(
    Command.PROG_LOAD,
    (view) => {
      view.setUint32(0, PROG_TYPE_RAW_TRACEPOINT, true);
      view.setUint32(4, instructions.length / 8, true);
      view.setBigUint64(8, address(instructions), true);
      view.setBigUint64(16, address(licenseBytes), true);
    },
    name,
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
