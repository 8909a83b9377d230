/**
 * What is looked up about a process whose call is described: its memory, its open files, where it is.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { linkedPath } from "../../../ffi/linux/watch/linked_path.ts";
import { readMemory, readString } from "../../../ffi/linux/watch/process_memory.ts";
import type { TelemetryProcess } from "../event.ts";
import type { CallerMemory } from "./describe_call.ts";

const AT_FDCWD = -100;

/** Who a thread is; nothing but its number where it is gone. */
export function callerOf(thread: number): TelemetryProcess {
  let status: string;
  try {
    status = Deno.readTextFileSync(`/proc/${thread}/status`);
  } catch {
    return { tid: thread };
  }
  const field = (name: string) => new RegExp(`^${name}:\\t(\\S+)`, "m").exec(status)?.[1];
  return {
    tid: thread,
    pid: Number(field("Tgid")),
    parent: Number(field("PPid")),
    uid: Number(field("Uid")),
    gid: Number(field("Gid")),
    name: binaryString(field("Name") ?? ""),
  };
}

export function callerMemory(thread: number): CallerMemory {
  return {
    readString: (address) => readString(thread, address),
    readBytes: (address, length) => {
      const bytes = new Uint8Array(length);
      const read = readMemory(thread, address, bytes);
      return read <= 0 ? null : bytes.subarray(0, read);
    },
    pathOf: (fd) => linkedPath(`/proc/${thread}/${fd === AT_FDCWD ? "cwd" : `fd/${fd}`}`),
  };
}
