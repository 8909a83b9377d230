/**
 * Options whose value is a time.
 *
 * @module
 */

import { usageError } from "../command_error.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Milliseconds of `7d`, `12h`, `1.5m`, as --`option` was given. Throws a usage error. */
export function milliseconds(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  const value = Number(number) * (UNITS[unit ?? ""] ?? 0);
  if (value > 0) return value;
  throw usageError(`--${option} needs a time like 7d or 12h, not ${JSON.stringify(text)}`);
}
