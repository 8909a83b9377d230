/**
 * What the original's library for LD_PRELOAD says on its socket, version 1: 272 bytes for each call, answered with one byte.
 *
 * ```
 * u8 version (1), u8 flags (bit 0: the path was cut), u8 operation, u8 0, u32 process, u64 bytes, path of 256 bytes with NUL
 * ```
 *
 * The process is its own claim.
 *
 * @module
 */

import type { Action, TelemetryEvent } from "./event.ts";

export const WIRE_SIZE = 272;
/** What is answered: the call goes on, or fails with EACCES. */
export const WireVerdict = { ALLOW: 0, WATCH: 1, DENY: 2 } as const;

const VERSION = 1;
const PATH = 16;
/** By their numbers; the original takes these and no others. */
const ACTIONS: ReadonlyMap<number, Action> = new Map<number, Action>([
  [0, "read"],
  [1, "write"],
  [2, "open"],
  [3, "close"],
  [6, "truncate"],
  [7, "stat"],
]);

/** Null for what is no message of this version. */
export function wireEvent(message: Uint8Array, time: number): TelemetryEvent | null {
  if (message.length !== WIRE_SIZE) return null;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const action = ACTIONS.get(view.getUint8(2));
  if (view.getUint8(0) !== VERSION || action === undefined) return null;
  let path = "";
  for (let at = PATH; at < WIRE_SIZE && message[at] !== 0; at++) {
    path += String.fromCharCode(message[at]!);
  }
  const bytes = Number(view.getBigUint64(8, true));
  const isCut = (view.getUint8(1) & 1) !== 0;
  return {
    provider: "ldpreload",
    action,
    time,
    path,
    ...(Number.isSafeInteger(bytes) ? { bytes } : {}),
    process: { pid: view.getUint32(4, true) },
    ...(isCut ? { extra: { path_truncated: "1" } } : {}),
  };
}
