/**
 * Handles of another process, made ones of this process.
 *
 * @module
 */

import { bindNtdll, check } from "../ntdll.ts";
import { Right, withProcess } from "../process.ts";

const nt = bindNtdll({
  NtDuplicateObject: {
    parameters: ["u64", "u64", "i64", "buffer", "u32", "u32", "u32"],
    result: "i32",
  },
});

const THIS_PROCESS = -1n;
const SAME_ACCESS = 2;

/** Null: the process is gone, or it has no such handle any more. Negative numbers are no handles, and stay. */
export function duplicateFrom(pid: number, handles: readonly number[]): number[] | null {
  return withProcess(pid, Right.DUP_HANDLE, (process) => {
    const own: number[] = [];
    for (const handle of handles) {
      const made = handle < 0 ? handle : duplicate(process, handle);
      if (made === null) return null;
      own.push(made);
    }
    return own;
  });
}

function duplicate(process: number, handle: number): number | null {
  const made = new BigUint64Array(1);
  const bytes = new Uint8Array(made.buffer);
  const [from, source] = [BigInt(process), BigInt(handle)];
  const result = nt.NtDuplicateObject(from, source, THIS_PROCESS, bytes, 0, 0, SAME_ACCESS);
  return check(result) < 0 ? null : Number(made[0]);
}
