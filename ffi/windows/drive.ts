/**
 * What letters of drives stand for: links in the kernel's names.
 *
 * @module
 */

import { bindKernel32, bindNtdll, check } from "./ntdll.ts";
import { ntObject, ntObjectBytes } from "./nt_object.ts";
import { UNICODE_STRING, wideText } from "./unicode_string.ts";
import { wideString } from "./wide_string.ts";

const nt = bindNtdll({
  NtOpenSymbolicLinkObject: { parameters: ["buffer", "u32", "buffer"], result: "i32" },
  NtQuerySymbolicLinkObject: { parameters: ["u64", "buffer", "pointer"], result: "i32" },
  NtClose: { parameters: ["u64"], result: "i32" },
});
const kernel = bindKernel32({
  DefineDosDeviceW: { parameters: ["u32", "buffer", "buffer"], result: "i32" },
});

const QUERY = 1;
const TARGET_BYTES = 1024;
const Define = { RAW_TARGET: 1, REMOVE: 2, EXACT_MATCH: 4, NO_BROADCAST: 8 } as const;

/** Of `X:`, as `\Device\…`; null where the letter is free. */
export function driveTarget(drive: string): string | null {
  const handle = new BigUint64Array(1);
  const object = ntObject(`\\??\\${drive}`);
  const bytes = new Uint8Array(handle.buffer);
  if (check(nt.NtOpenSymbolicLinkObject(bytes, QUERY, ntObjectBytes(object))) < 0) return null;
  const units = new DataView(new ArrayBuffer(TARGET_BYTES));
  const text = new DataView(new ArrayBuffer(UNICODE_STRING.SIZE_OF));
  text.setUint16(2, TARGET_BYTES, true);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(units));
  text.setBigUint64(UNICODE_STRING.ADDRESS, address, true);
  const into = new Uint8Array(text.buffer);
  const result = check(nt.NtQuerySymbolicLinkObject(handle[0]!, into, null));
  nt.NtClose(handle[0]!);
  return result < 0 ? null : wideText(units, 0, text.getUint16(UNICODE_STRING.LENGTH, true));
}

/** Lets a letter stand for `target`. False where it may not be. */
export function defineDrive(drive: string, target: string): boolean {
  return define(Define.RAW_TARGET | Define.NO_BROADCAST, drive, target);
}

/** The letter is free again, if it stands for `target`. */
export function removeDrive(drive: string, target: string): boolean {
  return define(Define.RAW_TARGET | Define.REMOVE | Define.EXACT_MATCH, drive, target);
}

function define(flags: number, drive: string, target: string): boolean {
  const [name, device] = [drive, target].map((text) => new Uint8Array(wideString(text).buffer));
  return kernel.DefineDosDeviceW(flags, name!, device!) !== 0;
}
