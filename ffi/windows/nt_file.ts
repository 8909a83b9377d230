/**
 * What NtCreateFile and its like are asked: words of `ntifs.h`.
 *
 * @module
 */

/** The upper eight bits of the options. */
export const Disposition = {
  SUPERSEDE: 0,
  OPEN: 1,
  CREATE: 2,
  OPEN_IF: 3,
  OVERWRITE: 4,
  OVERWRITE_IF: 5,
} as const;

export const CreateOption = {
  DIRECTORY_FILE: 0x1,
  NON_DIRECTORY_FILE: 0x40,
  DELETE_ON_CLOSE: 0x1000,
  OPEN_REPARSE_POINT: 0x200000,
} as const;

export const Access = {
  READ_DATA: 0x1,
  WRITE_DATA: 0x2,
  APPEND_DATA: 0x4,
  READ_EA: 0x8,
  WRITE_EA: 0x10,
  EXECUTE: 0x20,
  DELETE_CHILD: 0x40,
  READ_ATTRIBUTES: 0x80,
  WRITE_ATTRIBUTES: 0x100,
  DELETE: 0x10000,
  READ_CONTROL: 0x20000,
  WRITE_DAC: 0x40000,
  WRITE_OWNER: 0x80000,
  SYNCHRONIZE: 0x100000,
  ALL: 0x1f01ff,
  MAXIMUM_ALLOWED: 0x2000000,
} as const;

export const FileAttribute = {
  READONLY: 0x1,
  HIDDEN: 0x2,
  SYSTEM: 0x4,
  DIRECTORY: 0x10,
  ARCHIVE: 0x20,
  NORMAL: 0x80,
  REPARSE_POINT: 0x400,
} as const;

/** FILE_INFORMATION_CLASS of SetInformation. */
export const InformationClass = {
  BASIC: 4,
  RENAME: 10,
  DISPOSITION: 13,
  ALLOCATION: 19,
  END_OF_FILE: 20,
  DISPOSITION_EX: 64,
  RENAME_EX: 65,
} as const;

export const DispositionFlag = {
  DELETE: 1,
  POSIX: 2,
  FORCE_IMAGE_CHECK: 4,
  ON_CLOSE: 8,
  IGNORE_READONLY: 16,
} as const;

export const RenameFlag = { REPLACE: 1, POSIX: 2, IGNORE_READONLY: 0x40 } as const;

export const ReparseControl = { GET: 0x900a8, SET: 0x900a4, DELETE: 0x900ac } as const;

export const ReparseTag = {
  SYMLINK: 0xa000000c,
  MOUNT_POINT: 0xa0000003,
  AF_UNIX: 0x80000023,
  LX_SYMLINK: 0xa000001d,
  LX_FIFO: 0x80000024,
  LX_CHR: 0x80000025,
  LX_BLK: 0x80000026,
} as const;

/** What of a security descriptor is asked for, or set. */
export const SecurityInformation = { OWNER: 1, GROUP: 2, DACL: 4, SACL: 8 } as const;

/** FILE_NOTIFY_CHANGE: what a watcher asks to hear of. */
export const NotifyFilter = {
  FILE_NAME: 0x1,
  DIR_NAME: 0x2,
  ATTRIBUTES: 0x4,
  SIZE: 0x8,
  LAST_WRITE: 0x10,
} as const;

export const NotifyAction = { ADDED: 1, REMOVED: 2, MODIFIED: 3 } as const;
