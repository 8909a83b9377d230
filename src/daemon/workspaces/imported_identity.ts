/**
 * `source.json` in a workspace: which directory the project was that the store was filled from.
 *
 * @module
 */

import { join } from "node:path";
import { type ObjectId, parseObjectId } from "../../store/format/object_id.ts";
import { replaceFile } from "../../store/files/replace_file.ts";
import type { SourceIdentity } from "../../source/source_identity.ts";

const FILE = "source.json";

/** Notes it, with the commit that holds what was taken over. */
export function saveIdentity(workspace: string, commit: ObjectId, identity: SourceIdentity): void {
  replaceFile(join(workspace, FILE), JSON.stringify({ commit, ...identity }, null, 2) + "\n");
}

/** What was noted for `commit`; null if nothing was, or nothing that can be read. */
export function loadIdentity(workspace: string, commit: ObjectId): SourceIdentity | null {
  try {
    const note = JSON.parse(Deno.readTextFileSync(join(workspace, FILE)));
    const { device, inode, birth } = note;
    const whole = [device, inode].every((value) => typeof value === "string") &&
      (birth === null || [birth.sec, birth.nsec].every(Number.isSafeInteger));
    return whole && parseObjectId(note.commit) === commit ? { device, inode, birth } : null;
  } catch {
    return null;
  }
}
