/** Reversed polynomial of IEEE 802.3. */
const POLYNOMIAL = 0xedb88320;

/** CRC-32 of a text as UTF-8, as node:zlib has it, whose loading takes a tenth of the time in which a command starts. */
export function crc32(text: string): number {
  let sum = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? POLYNOMIAL : 0);
  }
  return ~sum >>> 0;
}
