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

/** What stands for a byte that is no UTF-8, 0xdc00 above it, as in Python (PEP 383). No text that is UTF-8 has one. */
const FOREIGN = /[\u{dc80}-\u{dcff}]/u;

/** Bytes as text: UTF-8, and each byte that is none as the code unit 0xdc00 above it, so that {@linkcode binaryString} has it again. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch { /* piece by piece */ }
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    text += length === 0
      ? String.fromCharCode(0xdc00 + bytes[at]!)
      : utf8Decoder.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the UTF-8 character that begins there; 0 if none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4; length++) {
    try {
      utf8Decoder.decode(bytes.subarray(at, at + length));
      return length;
    } catch { /* longer, or none */ }
  }
  return 0;
}

/** True if the text stands for bytes that are not UTF-8. */
export function isForeign(text: string): boolean {
  return FOREIGN.test(text);
}

/** A path of the command line or the environment (Unicode, or what {@linkcode textOfBytes} made) as a binary string. */
export function binaryString(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) plain = text.charCodeAt(i) < 0x80;
  if (plain) return text;
  let binary = "";
  for (const part of isForeign(text) ? text : [text]) {
    if (isForeign(part)) binary += String.fromCharCode(part.charCodeAt(0) - 0xdc00);
    else for (const byte of utf8.encode(part)) binary += String.fromCharCode(byte);
  }
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
