/**
 * The outcome of a tree operation. Closed, and free of errno, NTSTATUS and paths: each mount adapter
 * owns the one translation into its host's codes. Operations return a status, they do not throw.
 *
 * @module
 */

export const Status = {
  Ok: 0,
  NotFound: 1,
  Exists: 2,
  NotDirectory: 3,
  IsDirectory: 4,
  NotEmpty: 5,
  /** The handle's file was replaced by a rollback. */
  Stale: 6,
  NoSpace: 7,
  /** The operation cannot be right: a directory moved into itself, an offset below zero. */
  Invalid: 8,
  NameTooLong: 9,
  NotPermitted: 10,
  NoAttribute: 11,
  Range: 12,
  /** The bytes cannot be read: the store or the source failed. */
  InputOutput: 13,
  NotSupported: 14,
  FileTooBig: 15,
  TooManyLinks: 16,
  /** No data or hole at or after the offset. */
  NoData: 17,
  TooBig: 18,
  ReadOnly: 19,
  AccessDenied: 20,
  QuotaExceeded: 21,
  NoMemory: 22,
  TooManyOpenFiles: 23,
} as const;

export type Status = typeof Status[keyof typeof Status];
