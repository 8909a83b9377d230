/**
 * Hashes of paths, of 64 bits in two halves, which go on where that of the directory ended.
 *
 * @module
 */

/** FNV-1a. */
const PRIME = 0x01000193;
export const EMPTY_HASH = 0x811c9dc5;
export const EMPTY_HASH2 = 0x9747b28c;

/** Of what was hashed and this behind it, a binary string from `from` on. */
export function hashOn(hash: number, text: string, from = 0): number {
  for (let i = from; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash >>> 0;
}

/** Another one. */
export function hashOn2(hash: number, text: string, from = 0): number {
  for (let i = from; i < text.length; i++) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return hash >>> 0;
}
