/**
 * Names and paths are bytes on Linux. Inside they are binary strings, one UTF-16 unit per byte, so that a name
 * that is not UTF-8 survives and comparing strings compares bytes; here they become bytes and text, and back.
 *
 * @module
 */

/** A binary string (one unit per byte) as NUL-terminated bytes. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

/** A path of the command line or the environment (Unicode) as a binary string. */
export function binaryString(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) plain = text.charCodeAt(i) < 0x80;
  if (plain) return text;
  const bytes = utf8.encode(text);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return binary;
}

/** A binary string for people: as UTF-8 if it is valid, else with each byte above 0x7f as `\xNN`. */
export function displayString(binary: string): string {
  let plain = true;
  for (let i = 0; i < binary.length && plain; i++) plain = binary.charCodeAt(i) < 0x80;
  if (plain) return binary;
  try {
    return utf8Decoder.decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)));
  } catch {
    return binary.replace(
      /[\x80-\xff]/g,
      (c) => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0"),
    );
  }
}

/** The bytes `[start, end)` as a binary string. */
export function binaryName(bytes: Uint8Array, start: number, end: number): string {
  // In one call, so that the result is flat: a string put together piece by piece keeps all the pieces.
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}
