/**
 * System calls that say what is done with files and programs, and where their arguments are: the table for the sources that see
 * calls. What opens files only to read them is not in it.
 *
 * @module
 */

import type { Action } from "../event.ts";

/** Indices of arguments. */
export interface FileCall {
  readonly action: Action;
  readonly number: number;
  /** The directory that {@linkcode path} is below; else the working directory. */
  readonly directory?: number;
  readonly path?: number;
  /** An open file that it is about, instead of a path. */
  readonly file?: number;
  readonly targetDirectory?: number;
  readonly target?: number;
  /** The target is a text and no path. */
  readonly isText?: boolean;
  /** Open flags. Only opens that may change something count. */
  readonly flags?: number;
  /** The address of struct open_how, which begins with the flags. */
  readonly how?: number;
  /** Flags where AT_REMOVEDIR may be. */
  readonly removes?: number;
  readonly mode?: number;
  /** The address of a socket, and its length. */
  readonly address?: number;
  readonly args?: number;
}

type Numbers = readonly [x86_64: number | null, aarch64: number | null];
type Row = readonly [Action, Numbers, Omit<FileCall, "action" | "number">];

/** O_ACCMODE | O_CREAT | O_TRUNC */
export const CHANGING_OPEN = 0o1103;
export const AT_REMOVEDIR = 0x200;

const ROWS: readonly Row[] = [
  ["open", [2, null], { path: 0, flags: 1, mode: 2 }],
  ["open", [257, 56], { directory: 0, path: 1, flags: 2, mode: 3 }],
  ["open", [437, 437], { directory: 0, path: 1, how: 2 }],
  ["create", [85, null], { path: 0, mode: 1 }],
  ["unlink", [87, null], { path: 0 }],
  ["unlink", [263, 35], { directory: 0, path: 1, removes: 2 }],
  ["rmdir", [84, null], { path: 0 }],
  ["mkdir", [83, null], { path: 0, mode: 1 }],
  ["mkdir", [258, 34], { directory: 0, path: 1, mode: 2 }],
  ["mknod", [133, null], { path: 0, mode: 1 }],
  ["mknod", [259, 33], { directory: 0, path: 1, mode: 2 }],
  ["rename", [82, null], { path: 0, target: 1 }],
  ["rename", [264, 38], { directory: 0, path: 1, targetDirectory: 2, target: 3 }],
  ["rename", [316, 276], { directory: 0, path: 1, targetDirectory: 2, target: 3 }],
  ["link", [86, null], { path: 0, target: 1 }],
  ["link", [265, 37], { directory: 0, path: 1, targetDirectory: 2, target: 3 }],
  ["symlink", [88, null], { path: 1, target: 0, isText: true }],
  ["symlink", [266, 36], { directory: 1, path: 2, target: 0, isText: true }],
  ["truncate", [76, 45], { path: 0 }],
  ["chmod", [90, null], { path: 0, mode: 1 }],
  ["chmod", [268, 53], { directory: 0, path: 1, mode: 2 }],
  ["chmod", [452, 452], { directory: 0, path: 1, mode: 2 }],
  ["chown", [92, null], { path: 0 }],
  ["chown", [94, null], { path: 0 }],
  ["chown", [260, 54], { directory: 0, path: 1 }],
  ["setxattr", [188, 5], { path: 0 }],
  ["setxattr", [189, 6], { path: 0 }],
  ["removexattr", [197, 14], { path: 0 }],
  ["removexattr", [198, 15], { path: 0 }],
  ["setxattr", [463, 463], { directory: 0, path: 1 }],
  ["removexattr", [466, 466], { directory: 0, path: 1 }],
  ["utimes", [132, null], { path: 0 }],
  ["utimes", [235, null], { path: 0 }],
  ["utimes", [261, null], { directory: 0, path: 1 }],
  ["utimes", [280, 88], { directory: 0, path: 1 }],
  ["truncate", [77, 46], { file: 0 }],
  ["fallocate", [285, 47], { file: 0 }],
  ["chmod", [91, 52], { file: 0, mode: 1 }],
  ["chown", [93, 55], { file: 0 }],
  ["setxattr", [190, 7], { file: 0 }],
  ["removexattr", [199, 16], { file: 0 }],
  ["exec", [59, 221], { path: 0, args: 1 }],
  ["exec", [322, 281], { directory: 0, path: 1, args: 2 }],
  ["connect", [42, 203], { address: 1 }],
  // What is done through it is not seen any more.
  ["source-blind", [425, 425], {}],
];

const COLUMN = Deno.build.arch === "aarch64" ? 1 : 0;

export const FILE_CALLS: readonly FileCall[] = ROWS.flatMap(([action, numbers, places]) => {
  const number = numbers[COLUMN];
  return number === null ? [] : [{ action, number, ...places }];
});

/** By the number of the call. */
export const FILE_CALL_OF: ReadonlyMap<number, FileCall> = new Map(
  FILE_CALLS.map((call) => [call.number, call]),
);
