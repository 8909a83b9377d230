/**
 * What WinFsp's driver and a file system say to each other (`winfsp/fsctl.h`, version 2): a request is laid into a buffer of
 * ours, and answered by a response that carries its hint. All numbers are little-endian; names are UTF-16. A `BUF` is the
 * offset and the size, two u16, of bytes behind the fixed part.
 *
 * @module
 */

/** What a request asks for. */
export const Kind = {
  CREATE: 1,
  OVERWRITE: 2,
  CLEANUP: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  QUERY_INFORMATION: 7,
  SET_INFORMATION: 8,
  QUERY_EA: 9,
  SET_EA: 10,
  FLUSH_BUFFERS: 11,
  QUERY_VOLUME: 12,
  SET_VOLUME: 13,
  QUERY_DIRECTORY: 14,
  FILE_SYSTEM_CONTROL: 15,
  DEVICE_CONTROL: 16,
  QUERY_SECURITY: 19,
  SET_SECURITY: 20,
  QUERY_STREAMS: 21,
} as const;

/** One more than the last kind. */
export const KIND_LIMIT = 22;

/** FSP_FSCTL_TRANSACT_REQ: what each has. Those about what is open begin with two contexts, of the file and of the handle. */
export const REQUEST = {
  SIZE_OF: 88,
  VERSION: 0,
  SIZE: 2,
  KIND: 4,
  HINT: 8,
  CONTEXT: 16,
  HANDLE: 24,
  FILE_NAME: 80,
  BUFFER: 88,
} as const;

/** FSP_FSCTL_TRANSACT_RSP. */
export const RESPONSE = {
  SIZE_OF: 128,
  VERSION: 0,
  SIZE: 2,
  KIND: 4,
  HINT: 8,
  INFORMATION: 16,
  STATUS: 20,
  /** Where what belongs to the kind begins; FileInfo, BUF or VolumeInfo, but for CREATE. */
  BODY: 24,
  BUFFER: 128,
} as const;

/** Room that the driver wants for a request, and what it takes of a response. */
export const REQUEST_BYTES = 16320;
export const RESPONSE_BYTES = 16384;

export const CREATE = {
  OPTIONS: 16,
  ATTRIBUTES: 20,
  SECURITY: 24,
  ALLOCATION: 32,
  /** Low: a handle in this process; high: the caller's process id. */
  TOKEN: 40,
  DESIRED_ACCESS: 48,
  GRANTED_ACCESS: 52,
  SHARE_ACCESS: 56,
  EA: 60,
  BITS: 64,
  STREAM: 72,
} as const;

export const CreateBit = {
  USER_MODE: 1 << 0,
  HAS_TRAVERSE: 1 << 1,
  HAS_BACKUP: 1 << 2,
  HAS_RESTORE: 1 << 3,
  OPEN_TARGET_DIRECTORY: 1 << 4,
  CASE_SENSITIVE: 1 << 5,
  TRAILING_BACKSLASH: 1 << 6,
  ACCEPTS_SECURITY: 1 << 7,
  EA_IS_REPARSE_POINT: 1 << 8,
} as const;

export const CREATED = {
  CONTEXT: 24,
  HANDLE: 32,
  GRANTED_ACCESS: 40,
  SECURITY: 44,
  FILE_INFO: 48,
  FILE_NAME: 120,
  BITS: 124,
} as const;

export const CreatedBit = { DISABLE_CACHE: 1, HAS_SECURITY: 2 } as const;

/** What CREATE answers in `Information`. */
export const Outcome = {
  SUPERSEDED: 0,
  OPENED: 1,
  CREATED: 2,
  OVERWRITTEN: 3,
  EXISTS: 4,
  DOES_NOT_EXIST: 5,
} as const;

export const OVERWRITE = { ATTRIBUTES: 32, ALLOCATION: 40, BITS: 48, EA: 52 } as const;

export const CLEANUP = { BITS: 32 } as const;

export const CleanupBit = {
  DELETE: 1,
  SET_ALLOCATION: 2,
  SET_ARCHIVE: 4,
  SET_ACCESS: 8,
  SET_WRITE: 16,
  SET_CHANGE: 32,
} as const;

/** READ and WRITE. The address is of memory in this process. */
export const TRANSFER = { ADDRESS: 32, OFFSET: 40, LENGTH: 48, KEY: 52, BITS: 56 } as const;

/** WRITE: nothing is written beyond the end. */
export const CONSTRAINED = 1;

export const SET_INFORMATION = {
  CLASS: 32,
  /** FileBasicInformation. */
  ATTRIBUTES: 40,
  CREATION: 48,
  ACCESS: 56,
  WRITE: 64,
  CHANGE: 72,
  /** A size, or flags. */
  VALUE: 40,
  NEW_NAME: 40,
  RENAME_FLAGS: 56,
} as const;

/** Of `FileBasicInformation`: these attributes stay. */
export const KEEP_ATTRIBUTES = 0xffffffff;

export const EA = { SET: 32, QUERIED: 24, SET_INFO: 24, SET_RESULT: 96 } as const;

export const SET_VOLUME = { CLASS: 16, LABEL: 20 } as const;

export const QUERY_DIRECTORY = {
  ADDRESS: 32,
  LENGTH: 40,
  PATTERN: 44,
  MARKER: 48,
  BITS: 52,
} as const;

export const DirectoryBit = { CASE_SENSITIVE: 1, PATTERN_IS_FILE_NAME: 2 } as const;

export const CONTROL = { CODE: 32, BUFFER: 36, OUTPUT: 40 } as const;

export const SECURITY = { INFORMATION: 32, DESCRIPTOR: 36 } as const;

/** FSP_FSCTL_FILE_INFO. */
export const FILE_INFO = {
  SIZE_OF: 72,
  ATTRIBUTES: 0,
  REPARSE_TAG: 4,
  ALLOCATION: 8,
  SIZE: 16,
  CREATION: 24,
  ACCESS: 32,
  WRITE: 40,
  CHANGE: 48,
  INDEX: 56,
  LINKS: 64,
  EA_SIZE: 68,
} as const;

/** FSP_FSCTL_DIR_INFO: each begins at a multiple of eight. A u16 0 ends a list that is complete. */
export const DIR_INFO = { SIZE: 0, FILE_INFO: 8, NEXT_OFFSET: 80, NAME: 104 } as const;

export const VOLUME_INFO = {
  SIZE_OF: 88,
  TOTAL: 0,
  FREE: 8,
  LABEL_BYTES: 16,
  LABEL: 18,
  LABEL_MAX: 64,
} as const;

/** FSP_FSCTL_STREAM_INFO. */
export const STREAM_INFO = { SIZE: 0, STREAM_SIZE: 8, ALLOCATION: 16, NAME: 24 } as const;

/** FSP_FSCTL_NOTIFY_INFO: each begins at a multiple of eight. */
export const NOTIFY_INFO = { SIZE: 0, FILTER: 4, ACTION: 8, NAME: 12 } as const;

/** A code of our own for DeviceIoControl: it wakes who waits for a request. FILE_ANY_ACCESS, METHOD_BUFFERED. */
export const KNOCK_CODE = 0x8000_2000;
/** Another one, for who has put requests aside: filters have answered, or have had their time. */
export const ANSWERED_CODE = 0x8000_2004;
