/**
 * What the programs write into their ring, a record for each event: a head of fixed size, and after it what has none.
 *
 * @module
 */

export const Kind = { EXEC: 1, FORK: 2, EXIT: 3, CONNECT: 4, BIND: 5, SEND: 6, CALL: 7 } as const;

/** Offsets in the head. Numbers are little-endian, times are ns. */
export const Head = {
  /** u16 */
  KIND: 0,
  /** u8 each: the walk from the executable, and from the working directory, came to the root. */
  EXECUTABLE_WHOLE: 2,
  DIRECTORY_WHOLE: 3,
  /** u64, CLOCK_MONOTONIC */
  TIME: 8,
  /** u32 each, of the first namespaces */
  THREAD: 16,
  PROCESS: 20,
  /** u64 */
  CGROUP: 24,
  /** u32 each */
  USER: 32,
  GROUP: 36,
  PARENT: 40,
  /** u32: of a fork the new process, of an exit what wait(2) tells of it, of a call errno. */
  VALUE: 44,
  /** u64, since the machine started */
  START: 48,
  /** 16 bytes, with a NUL */
  NAME: 56,
  /** u16 each: where these end in the record. Each begins where the one before it ends, the first after the head. */
  FILE_END: 72,
  EXECUTABLE_END: 74,
  DIRECTORY_END: 76,
  /** u32: bytes of all arguments, of which the record has the first. */
  ARGUMENTS: 80,
  BYTES: 96,
} as const;

/** Of records about the network, in the place of what they do not have. */
export const NetworkHead = {
  /** u16: AF_* */
  FAMILY: 72,
  /** u16, in the order of the network */
  PORT: 74,
  /** u32: IPPROTO_* */
  PROTOCOL: 76,
  /** u32: 1 where a rule refused it */
  REFUSED: 80,
  /** 4 or 16 bytes; of sockets of the machine itself the path comes after the head. */
  ADDRESS: 96,
  BYTES: 112,
} as const;

/** Of records about system calls: what they have besides, and in the place of the arguments of programs. */
export const CallHead = {
  /** u8: the walk from the directory of the second path came to the root. */
  TARGET_DIRECTORY_WHOLE: 2,
  /** u16: where its names end, after those of the first path's. */
  TARGET_DIRECTORY_END: 78,
  /** u32 */
  NUMBER: 80,
  /** u64, six of them */
  ARGUMENTS: 96,
  BYTES: 144,
} as const;

/** The most that a record has of the arguments, bytes. */
export const MOST_ARGUMENT_BYTES = 1024;
