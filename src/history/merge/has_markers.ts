/**
 * Whether a conflict that was marked in a text is still to be settled.
 *
 * @module
 */

import { S_IFMT, S_IFREG, type Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { lookupPath } from "../snapshots/lookup_path.ts";
import { readText } from "./lines/text.ts";

/** True if `path` (a binary string) is a text in which a line begins as a conflict does, and one as it ends. */
export function hasMarkers(store: Store, snapshot: Snapshot, path: string): boolean {
  const record = lookupPath(store, snapshot, path);
  if (record === null || (record.mode & S_IFMT) !== S_IFREG) return false;
  const text = readText(store, record);
  return text !== null && /^<{7} /m.test(text) && /^>{7} /m.test(text);
}
