/**
 * Whether a file has to be made anew to become another one.
 *
 * @module
 */

import {
  changedDetails,
  type ChangeDetail,
  kindsDiffer,
} from "../history/snapshots/compare_records.ts";
import type { InodeRecord } from "../store/trees/entry.ts";

const CONTENT: ReadonlySet<ChangeDetail> = new Set(["content", "target"]);

/** True if one cannot become the other by other attributes. */
export function isOtherContent(before: InodeRecord, after: InodeRecord): boolean {
  return kindsDiffer(before, after) ||
    changedDetails(before, after).some((detail) => CONTENT.has(detail));
}
