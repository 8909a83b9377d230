/**
 * Memory that processes share, and that no name leads to (shm_open(2)).
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { bindLibSystem, check, filling, variadic } from "./libsystem.ts";

const libc = bindLibSystem({
  shm_unlink: { parameters: ["buffer"], result: "i32" },
});
const { shm_open } = bindLibSystem({
  shm_open: { parameters: variadic(["buffer", "i32"], "u64"), result: "i32" },
}) as unknown as { shm_open(...parameters: unknown[]): number };

const O_RDWR = 2;
const O_CREAT = 0x200;
const O_EXCL = 0x800;

/** Empty memory, as a descriptor; no program that is started has it. */
export function sharedMemory(): number {
  // It has a name for a moment, of 31 bytes at most.
  const name = cString(`/agentvfs.${crypto.randomUUID().slice(0, 18)}`);
  const fd = check(shm_open(name, O_RDWR | O_CREAT | O_EXCL, ...filling(2), 0o600));
  if (fd >= 0) libc.shm_unlink(name);
  return fd;
}
