/**
 * The file through which bpf/preload.c tells: a header, then slots of which each is written by one thread at a time.
 *
 * Programs can write whatever they like to it, so nothing in it is taken on trust. What is told of a process is its own claim.
 *
 * @module
 */

import type { Action } from "../event.ts";
import { RULES_BYTES } from "../preload_rules.ts";

/** Offsets in the header. All are u32. The reader's own is how many of those dropped were told of: the next one goes on from there. */
export const HEADER = {
  HEAD: 64,
  MASK: 128,
  WAITING: 136,
  DROPPED: 140,
  DROPS_TOLD: 144,
  SIZE: 4096,
} as const;

/**
 * Offsets in a slot. The sequence is the slot's position while it is free, one more when it is full, and a round more when it
 * was read.
 */
export const SLOT = {
  SEQUENCE: 0,
  TIME: 8,
  PID: 16,
  TID: 20,
  OPERATION: 24,
  LENGTH: 28,
  SECOND_LENGTH: 30,
  ARGUMENT: 32,
  /** Of what a rule denied: the highest bit, the low 15 bits of the rules' version, and in 16 which rule. */
  DENIED: 40,
  RESULT: 44,
  TEXT: 48,
  SECOND: 528,
  SIZE: 1024,
} as const;

export const SLOTS = 4096;
export const RING_SIZE = HEADER.SIZE + SLOTS * SLOT.SIZE;

/**
 * The file of rules: a word with its version, 0 while there are none, and two tables (src/policy/outside_table.ts). The version's lowest bit
 * says which of them counts; the other one is free to be written.
 */
export const RULES = { VERSION: 0, TABLES: 4096, TABLE: RULES_BYTES, SIZE: 516 * 1024 } as const;

/** By the number that the library has for it; those up to 9 are the original's. */
export const PRELOAD_ACTIONS: ReadonlyMap<number, Action> = new Map<number, Action>([
  [0, "read"],
  [1, "write"],
  [2, "open"],
  [3, "close"],
  [4, "unlink"],
  [5, "rename"],
  [6, "truncate"],
  [7, "stat"],
  [8, "exec"],
  [9, "create"],
  [10, "mkdir"],
  [11, "mknod"],
  [12, "symlink"],
  [13, "link"],
  [14, "rmdir"],
  [16, "chmod"],
  [17, "chown"],
  [18, "utimes"],
  [19, "setxattr"],
  [20, "removexattr"],
  [25, "connect"],
  [27, "send"],
]);
