/**
 * Memory without a name that processes share (memfd_create(2)), and what of this process others inherit.
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i64"], result: "i32" },
});

const MFD_CLOEXEC = 1;
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** An empty file in memory; no program that is started has it, unless {@linkcode setInherited} says so. */
export function memoryFile(name: string): number {
  return check(libc.memfd_create(cString(name), MFD_CLOEXEC));
}

/** Whether programs that are started from now on have this descriptor, under the same number. */
export function setInherited(fd: number, inherited: boolean): number {
  return check(libc.fcntl(fd, F_SETFD, BigInt(inherited ? 0 : FD_CLOEXEC)));
}
