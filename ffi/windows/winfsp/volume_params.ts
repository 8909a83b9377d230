/**
 * FSP_FSCTL_VOLUME_PARAMS: what the driver is told of a volume when it makes it.
 *
 * @module
 */

const SIZE_OF = 504;

/** By bit. */
export const VolumeFlag = {
  CASE_SENSITIVE_SEARCH: 1 << 0,
  CASE_PRESERVED_NAMES: 1 << 1,
  UNICODE_ON_DISK: 1 << 2,
  PERSISTENT_ACLS: 1 << 3,
  REPARSE_POINTS: 1 << 4,
  NAMED_STREAMS: 1 << 6,
  EXTENDED_ATTRIBUTES: 1 << 8,
  READ_ONLY: 1 << 9,
  POST_CLEANUP_WHEN_MODIFIED_ONLY: 1 << 10,
  PASS_PATTERN: 1 << 11,
  PASS_FILE_NAME: 1 << 13,
  FLUSH_AND_PURGE_ON_CLEANUP: 1 << 14,
  DEVICE_CONTROL: 1 << 15,
  ALLOW_OPEN_IN_KERNEL_MODE: 1 << 24,
  CASE_PRESERVED_EA: 1 << 25,
  WSL_FEATURES: 1 << 26,
  MARKER_IS_NEXT_OFFSET: 1 << 27,
  POSIX_UNLINK_RENAME: 1 << 29,
  POST_DISPOSITION_WHEN_NECESSARY_ONLY: 1 << 30,
} as const;

export interface VolumeParams {
  /** FILETIME. */
  readonly created: bigint;
  readonly serial: number;
  readonly sectorSize: number;
  readonly sectorsPerUnit: number;
  readonly flags: number;
  /** How long a request may take, ms: 60 000 to 600 000. */
  readonly requestTimeout: number;
  /** How long the driver keeps what it knows, ms. */
  readonly fileInfoTimeout: number;
  readonly volumeInfoTimeout: number;
  /** Name of the file system, at most 15 characters. */
  readonly fileSystem: string;
}

const VOLUME_TIMEOUT_VALID = 1;

export function layVolumeParams(params: VolumeParams): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIZE_OF);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, SIZE_OF, true);
  view.setUint16(2, params.sectorSize, true);
  view.setUint16(4, params.sectorsPerUnit, true);
  view.setUint16(6, 255, true);
  view.setBigUint64(8, params.created, true);
  view.setUint32(16, params.serial, true);
  view.setUint32(24, params.requestTimeout, true);
  view.setUint32(28, 1000, true);
  view.setUint32(32, params.fileInfoTimeout, true);
  view.setUint32(36, params.flags, true);
  for (let i = 0; i < Math.min(15, params.fileSystem.length); i++) {
    view.setUint16(424 + 2 * i, params.fileSystem.charCodeAt(i), true);
  }
  view.setUint32(456, VOLUME_TIMEOUT_VALID, true);
  view.setUint32(460, params.volumeInfoTimeout, true);
  return bytes;
}
