/**
 * Bytes as git writes them in the patch of a binary file: lines of up to 52 bytes, four bytes in five characters.
 *
 * @module
 */

const ALPHABET = new TextEncoder().encode(
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
);

/** Bytes of a line; only the last has fewer. */
export const LINE_BYTES = 52;
const NEWLINE = 0x0a;

/**
 * The lines of some bytes. Each begins with a letter that says how many bytes it has; zeros behind them fill the last group
 * and do not count.
 */
export function base85Lines(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const lines = Math.ceil(bytes.length / LINE_BYTES);
  const text = new Uint8Array(lines * 2 + Math.ceil(bytes.length / 4) * 5);
  let to = 0;
  for (let start = 0; start < bytes.length; start += LINE_BYTES) {
    const end = Math.min(start + LINE_BYTES, bytes.length);
    const count = end - start;
    text[to++] = count <= 26 ? 0x40 + count : 0x60 + count - 26;
    for (let at = start; at < end; at += 4) {
      let value = ((bytes[at]! << 24) | ((bytes[at + 1] ?? 0) << 16) |
        ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
      for (let i = 4; i >= 0; i--) {
        text[to + i] = ALPHABET[value % 85]!;
        value = (value / 85) >>> 0;
      }
      to += 5;
    }
    text[to++] = NEWLINE;
  }
  return text;
}
