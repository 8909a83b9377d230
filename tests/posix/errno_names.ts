/**
 * @module
 */

import { constants } from "node:os";

/** Number to name; where two names share a number, the one manual pages use. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
  [11, "EAGAIN"],
  [95, "EOPNOTSUPP"],
  // Not among those that node knows.
  [5, "EIO"],
  [6, "ENXIO"],
  [26, "ETXTBSY"],
  [116, "ESTALE"],
]);

export function errnoName(number: number): string {
  return NAMES.get(number) ?? `errno ${number}`;
}
