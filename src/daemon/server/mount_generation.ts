/**
 * A number for a mount: that of another at the same place, before it or after it, is another one.
 *
 * All servers of a mount have one keeper, and no two processes of one boot have the same number and beginning.
 *
 * @module
 */

import { instanceOf } from "../../host/processes.ts";

/** Between 1 and 2^32 - 1. */
export function mountGeneration(keeper: number): number {
  const text = instanceOf(keeper);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) || 1;
}
