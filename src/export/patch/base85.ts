/**
 * Bytes as git writes them in the patch of a binary file: lines of up to 52 bytes, four bytes in five characters.
 *
 * @module
 */

const ALPHABET =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/** Bytes of a line; only the last has fewer. */
export const LINE_BYTES = 52;

/** One line: how many bytes it has, as a letter, and the bytes, with zeros behind them that do not count. */
export function base85Line(bytes: Uint8Array): string {
  const { length } = bytes;
  let line = String.fromCharCode(length <= 26 ? 0x40 + length : 0x60 + length - 26);
  for (let at = 0; at < length; at += 4) {
    let value = 0;
    for (let i = 0; i < 4; i++) value = value * 256 + (bytes[at + i] ?? 0);
    let group = "";
    for (let i = 0; i < 5; i++) {
      group = ALPHABET[value % 85]! + group;
      value = Math.floor(value / 85);
    }
    line += group;
  }
  return `${line}\n`;
}
