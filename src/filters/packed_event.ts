/**
 * An event as filters are given it: numbers first, then text, each with its length before it.
 *
 * ```
 * u32 operation, u32 process id, u32 user id, u32 view
 * path, target, name of the program, executable, branch, provider, session, tool call, arguments, error,
 * tool, operation that is asked about, path that is asked about
 * ```
 *
 * Text is bytes, as programs give it, after a u16 with its length; arguments are joined with NUL. Who reads may stop after
 * any text: more may follow in later versions. Little-endian.
 *
 * @module
 */

import type { TelemetryEvent } from "../telemetry/event.ts";
import { actionNumber } from "./action_numbers.ts";

/** Bytes before the first text. */
const PACKED_NUMBERS = 16;
/** Longest text; what is longer is cut. A path on Linux has 4095 bytes at most. */
const MOST_TEXT = 4096;
/** How many texts there are. */
const TEXTS = 13;
/** Room that every event fits in. */
export const MOST_PACKED = PACKED_NUMBERS + TEXTS * (2 + MOST_TEXT);

/** Writes `event` at `at`; returns where it ends, or -1 if it does not fit. */
export function packEvent(event: TelemetryEvent, into: DataView, at: number): number {
  const { process } = event;
  const texts = [
    event.path,
    event.target,
    process?.name,
    process?.executable,
    event.branch,
    event.provider,
    event.session,
    event.call ?? event.calls?.join("\0"),
    process?.args?.join("\0"),
    typeof event.error === "string" ? event.error : undefined,
    event.tool,
    event.asked?.operation,
    event.asked?.path,
  ];
  let size = PACKED_NUMBERS;
  for (const text of texts) size += 2 + Math.min(text?.length ?? 0, MOST_TEXT);
  if (at + size > into.byteLength) return -1;
  into.setUint32(at, actionNumber(event.action), true);
  into.setUint32(at + 4, process?.pid ?? process?.tid ?? 0, true);
  into.setUint32(at + 8, process?.uid ?? 0, true);
  into.setUint32(at + 12, event.view ?? 0, true);
  let end = at + PACKED_NUMBERS;
  for (const text of texts) end = writeText(text ?? "", into, end);
  return end;
}

function writeText(text: string, into: DataView, at: number): number {
  const length = Math.min(text.length, MOST_TEXT);
  into.setUint16(at, length, true);
  for (let i = 0; i < length; i++) into.setUint8(at + 2 + i, text.charCodeAt(i));
  return at + 2 + length;
}

/**
 * Writes as many of `events`, from `from` on, as there is room for, each after a u32 with its length. Returns how many,
 * and where they end.
 */
export function packEvents(
  events: readonly TelemetryEvent[],
  from: number,
  into: DataView,
  most = Infinity,
): { count: number; length: number } {
  let length = 0;
  let count = 0;
  while (from + count < events.length && count < most && length + 4 <= into.byteLength) {
    const end = packEvent(events[from + count]!, into, length + 4);
    if (end < 0) break;
    into.setUint32(length, end - length - 4, true);
    length = end;
    count++;
  }
  return { count, length };
}
