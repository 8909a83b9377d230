/**
 * A system call that is seen from outside, as an event: its arguments are addresses in the memory of who makes it.
 *
 * What is read there may be changed by another thread before the kernel reads it: this is for telling, not for deciding.
 *
 * @module
 */

import { resolve } from "node:path/posix";
import type { TelemetryEvent } from "../event.ts";
import { AT_REMOVEDIR, CHANGING_OPEN, type FileCall } from "./file_calls.ts";
import { addressText } from "./decode_network.ts";

/** What is looked up about the process. Null: it cannot be. */
export interface CallerMemory {
  readString(address: bigint): string | null;
  readBytes(address: bigint, length: number): Uint8Array | null;
  /** Path of an open file or directory, of the working directory for AT_FDCWD. `argument`: which one it is asked for. */
  pathOf(fd: number, argument: number): string | null;
}

export type DescribedCall = Pick<
  TelemetryEvent,
  "action" | "path" | "target" | "mode" | "flags" | "address" | "process" | "message"
>;

const AT_FDCWD = -100;
const MOST_ARGUMENTS = 128;
const MOST_ARGUMENT_BYTES = 1024;
const [AF_UNIX, AF_INET, AF_INET6] = [1, 2, 10];

/** Null: what it is about cannot be read, or it is none that counts. */
export function describeCall(
  call: FileCall,
  args: readonly bigint[],
  memory: CallerMemory,
): DescribedCall | null {
  if (call.action === "source-blind") {
    return { action: call.action, message: "io_uring: what is done through it is not seen" };
  }
  if (call.address !== undefined) return connectOf(args[call.address]!, memory);
  const number = (index: number) => Number(BigInt.asUintN(32, args[index]!));
  const flags = openFlags();
  if (flags !== null && (flags & CHANGING_OPEN) === 0) return null;
  const path = call.file === undefined ? pathAt(call.path!, call.directory) : openFile(call.file);
  if (path === null) return null;
  const target = call.target === undefined
    ? null
    : call.isText === true
    ? memory.readString(args[call.target]!)
    : pathAt(call.target, call.targetDirectory);
  const isRmdir = call.removes !== undefined && (number(call.removes) & AT_REMOVEDIR) !== 0;
  return {
    action: isRmdir ? "rmdir" : call.action,
    path,
    ...(target === null ? {} : { target }),
    ...(call.mode === undefined ? {} : { mode: number(call.mode) }),
    ...(flags === null ? {} : { flags }),
    ...(call.args === undefined
      ? {}
      : { process: { args: argumentsAt(args[call.args]!, memory) } }),
  };

  /** Null: it is no open. */
  function openFlags(): number | null {
    if (call.flags !== undefined) return number(call.flags);
    const how = call.how === undefined ? null : memory.readBytes(args[call.how]!, 8);
    if (how === null || how.length < 8) return null;
    return new DataView(how.buffer, how.byteOffset, 8).getUint32(0, true);
  }

  /** Of a pipe or a socket there is none. */
  function openFile(index: number): string | null {
    const path = memory.pathOf(Number(BigInt.asIntN(32, args[index]!)), index);
    return path?.startsWith("/") === true ? path : null;
  }

  function pathAt(index: number, directory: number | undefined): string | null {
    // Without a name the times of an open file are set (futimens).
    const isOpenFile = args[index] === 0n && call.action === "utimes" && directory !== undefined;
    if (isOpenFile) return openFile(directory);
    const text = memory.readString(args[index]!);
    if (text === null) return null;
    if (text.startsWith("/")) return resolve(text);
    const fd = directory === undefined ? AT_FDCWD : Number(BigInt.asIntN(32, args[directory]!));
    const base = memory.pathOf(fd, index);
    // An empty path is the open file itself.
    return base === null ? text : text === "" ? base : resolve(base, text);
  }
}

/** The strings that an array of addresses names, as far as the first KiB. */
function argumentsAt(address: bigint, memory: CallerMemory): string[] {
  const found: string[] = [];
  let bytes = 0;
  for (let i = 0; i < MOST_ARGUMENTS && bytes < MOST_ARGUMENT_BYTES; i++) {
    const pointer = memory.readBytes(address + BigInt(8 * i), 8);
    if (pointer === null || pointer.length < 8) break;
    const at = new DataView(pointer.buffer, pointer.byteOffset, 8).getBigUint64(0, true);
    const text = at === 0n ? null : memory.readString(at);
    if (text === null) break;
    found.push(text.slice(0, MOST_ARGUMENT_BYTES - bytes));
    bytes += text.length + 1;
  }
  return found;
}

/** struct sockaddr of the families that say something. */
function connectOf(address: bigint, memory: CallerMemory): DescribedCall | null {
  const bytes = memory.readBytes(address, 28);
  if (bytes === null || bytes.length < 16) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const family = view.getUint16(0, true);
  if (family === AF_UNIX) {
    const isAbstract = bytes[2] === 0;
    const name = memory.readString(address + (isAbstract ? 3n : 2n));
    return name === null ? null : { action: "connect", path: isAbstract ? `@${name}` : name };
  }
  if (family !== AF_INET && family !== AF_INET6 || family === AF_INET6 && bytes.length < 24) {
    return null;
  }
  const ip = addressText(bytes.subarray(family === AF_INET ? 4 : 8), family);
  if (ip === null) return null;
  // The call does not say of which kind the socket is.
  return { action: "connect", address: { ip, port: view.getUint16(2, false), transport: "" } };
}
