/**
 * The program's arguments, those that are not UTF-8 included.
 *
 * @module
 */

import { textOfBytes } from "../../ffi/binary_string.ts";

/** What the executable's first instructions put in the place of an argument that the runtime may not bear. */
const REPLACED = "\ufffd";

/** As `Deno.args`; bytes that are not UTF-8 are as in {@linkcode textOfBytes}. See scripts/start_code.ts. */
export function givenArguments(): string[] {
  const args = [...Deno.args];
  if (!args.includes(REPLACED)) return args;
  try {
    const words = nulEnded(Deno.readFileSync("/proc/self/cmdline"));
    // What stands before them is the program, and what a runtime that is not part of it was given.
    return words.slice(words.length - args.length).map(textOfBytes);
  } catch {
    // Without /proc there is no mount either.
    return args;
  }
}

function nulEnded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}
