/**
 * Where volumes are to be seen. The kernel calls those of WinFsp `\Device\Volume{…}`, disks otherwise.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { driveTarget } from "../../../ffi/windows/drive.ts";
import { close } from "../../../ffi/windows/file.ts";
import { Access, ReparseTag } from "../../../ffi/windows/nt_file.ts";
import {
  mountPointTarget,
  openPath,
  reparseTagOf,
} from "../../../ffi/windows/tree/reparse_point.ts";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const VOLUME = /^\\Device\\Volume\{[^}]*\}(?=\\*$)/i;
const DRIVE = /^([A-Za-z]:)[\\/]*$/;

/** Volumes of WinFsp at letters of drives. */
export function volumesAtLetters(): { readonly path: string; readonly device: string }[] {
  return LETTERS.flatMap((letter) => {
    const device = volumeOf(driveTarget(`${letter}:`) ?? "");
    return device === null ? [] : [{ path: `${letter}:\\`, device }];
  });
}

/** The last letter that stands for nothing, as `Z:\\`; null where each stands for something. A and B are for floppies. */
export function freeLetter(): string | null {
  const free = LETTERS.slice(2).findLast((letter) => driveTarget(`${letter}:`) === null);
  return free === undefined ? null : `${free}:\\`;
}

/** The volume of WinFsp that is at `X:` or in a folder; null where there is none. */
export function volumeAt(path: string): string | null {
  const drive = DRIVE.exec(path)?.[1];
  return volumeOf((drive === undefined ? folderTarget(path) : driveTarget(drive)) ?? "");
}

/** Name of a volume of WinFsp that a letter or a folder stands for; null for anything else. */
export function volumeOf(target: string): string | null {
  return VOLUME.exec(target)?.[0] ?? null;
}

function folderTarget(path: string): string | null {
  const handle = openPath(cString(binaryString(path)), Access.READ_ATTRIBUTES);
  if (handle < 0) return null;
  const isMountPoint = reparseTagOf(handle) === ReparseTag.MOUNT_POINT;
  const target = isMountPoint ? mountPointTarget(handle) : null;
  close(handle);
  return target;
}
