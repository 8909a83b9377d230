/**
 * Which directory the source is, so that another one at the same path is told from it.
 *
 * @module
 */

import type { Timestamp } from "../host/clock.ts";

export interface SourceIdentity {
  /** `major:minor`. Of some file systems it is another one after each mount. */
  readonly device: string;
  /** All 64 bits, decimal. */
  readonly inode: string;
  /** When the directory was made; null where the file system does not say. */
  readonly birth: Timestamp | null;
}

/**
 * True if these cannot be the same directory. An inode number may be given again, and the directory that gets it is born later.
 * The time of birth of a directory that stays moves back on macOS, to a time of change that is set before it.
 */
export function isReplaced(before: SourceIdentity, now: SourceIdentity): boolean {
  if (before.inode !== now.inode) return true;
  if (before.birth === null || now.birth === null) return before.device !== now.device;
  return now.birth.sec > before.birth.sec ||
    now.birth.sec === before.birth.sec && now.birth.nsec > before.birth.nsec;
}
