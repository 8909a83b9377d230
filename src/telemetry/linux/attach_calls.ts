/**
 * The program that tells of system calls about files.
 *
 * @module
 */

import { assemble } from "../../../bpf/assembler.ts";
import { CALL_FIELDS, callProgram, callWord, MOST_CALLS } from "../../../bpf/call_program.ts";
import { LICENSE, type Maps } from "../../../bpf/fragments.ts";
import type { KernelTypes } from "../../../bpf/kernel_layout.ts";
import { type Descriptors, LoadError } from "../../../bpf/load.ts";
import { attachRawTracepoint, createArray, mapArray, ProgramType } from "../../../ffi/linux/bpf.ts";
import { CHANGING_OPEN, FILE_CALLS } from "./file_calls.ts";
import { kernelOffsets } from "./kernel_offsets.ts";

const TABLE_BYTES = 8 * MOST_CALLS;

/** Throws {@linkcode LoadError}, or a SourceError where this kernel lacks something. */
export function attachCalls(descriptors: Descriptors, maps: Maps, types: KernelTypes): void {
  const offset = kernelOffsets(types, CALL_FIELDS);
  const made = createArray("agentvfs_calls", TABLE_BYTES, 1);
  const table = descriptors.keep("bpf(2) makes no map", made);
  fill(table);
  const program = descriptors.program({
    name: "agentvfs_calls",
    type: ProgramType.RAW_TRACEPOINT,
    instructions: assemble(callProgram(maps, table, CHANGING_OPEN, offset)),
    license: LICENSE,
  });
  descriptors.keep("the tracepoint sys_exit", attachRawTracepoint(program, "sys_exit"));
}

/** Programs and connections are told of by other programs. */
function fill(table: number): void {
  const memory = mapArray(table, TABLE_BYTES);
  if (memory === null) throw new LoadError("a map cannot be mapped");
  const words = new BigUint64Array(memory.bytes.buffer, 0, MOST_CALLS);
  for (const { action, number, ...shape } of FILE_CALLS) {
    if (action !== "exec" && action !== "connect") words[number] = BigInt(callWord(shape));
  }
  memory.unmap();
}
