import { cString } from "../../binary_string.ts";
import { bindLibc } from "../libc.ts";

const libc = bindLibc({
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
});

/** No link of /proc is longer. */
const target = new Uint8Array(4096);

/** Where a symbolic link leads to; both are binary strings. Null if it cannot be read. */
export function readLink(path: string): string | null {
  const length = libc.readlink(cString(path), target, BigInt(target.length));
  if (length < 0) return null;
  let text = "";
  for (let i = 0; i < length; i++) text += String.fromCharCode(target[i]!);
  return text;
}
