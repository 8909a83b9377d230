/**
 * What the driver is told of our volumes.
 *
 * Data is not cached: each read and write is a request, so that what was answered is in the journal. The driver keeps what
 * it knows of files for an hour, which a rollback's notices end. Each deletion is asked about when a program asks for it: left to
 * the driver (POST_DISPOSITION_WHEN_NECESSARY_ONLY) it would be granted, and what a rule refuses would stay, with nobody told.
 *
 * @module
 */

import { fileTime } from "../../../ffi/windows/file_time.ts";
import { VolumeFlag, type VolumeParams } from "../../../ffi/windows/winfsp/volume_params.ts";
import { ALLOCATION_UNIT } from "./attributes/file_info.ts";

const FLAGS = VolumeFlag.CASE_PRESERVED_NAMES | VolumeFlag.UNICODE_ON_DISK |
  VolumeFlag.PERSISTENT_ACLS | VolumeFlag.REPARSE_POINTS | VolumeFlag.EXTENDED_ATTRIBUTES |
  VolumeFlag.POST_CLEANUP_WHEN_MODIFIED_ONLY | VolumeFlag.PASS_FILE_NAME |
  VolumeFlag.FLUSH_AND_PURGE_ON_CLEANUP | VolumeFlag.DEVICE_CONTROL |
  VolumeFlag.ALLOW_OPEN_IN_KERNEL_MODE | VolumeFlag.CASE_PRESERVED_EA | VolumeFlag.WSL_FEATURES |
  VolumeFlag.MARKER_IS_NEXT_OFFSET | VolumeFlag.POSIX_UNLINK_RENAME;

const HOUR_MS = 3_600_000;

/** @param created when the workspace was made, seconds since 1970 */
export function volumeSettings(
  caseSensitive: boolean,
  serial: number,
  created: number,
): VolumeParams {
  return {
    created: fileTime(created, 0),
    serial,
    sectorSize: ALLOCATION_UNIT,
    sectorsPerUnit: 1,
    flags: FLAGS | (caseSensitive ? VolumeFlag.CASE_SENSITIVE_SEARCH : 0),
    requestTimeout: 300_000,
    fileInfoTimeout: HOUR_MS,
    volumeInfoTimeout: 1_000,
    fileSystem: "agentvfs",
  };
}
