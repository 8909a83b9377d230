import type { CommitInfo } from "../../history/commits/commit.ts";
import { FIRST_SEGMENT } from "../../history/history.ts";
import { MAIN_VIEW } from "../../mount/views.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { FIRST_OWN_INODE } from "../../tree/working_tree.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { ImportState } from "../background/import_state.ts";
import { MAIN } from "../branches/branches.ts";
import type { PendingInvalidation } from "../watchers/pending_invalidation.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import { saveIdentity } from "../workspaces/imported_identity.ts";

/** Label of the commit that is the imported source. */
const IMPORT_LABEL = "initial";

/** Stores the source and lets the working tree stand on it. Resolves with where the branch then is. */
export async function importProject(
  fs: FsClient,
  background: BackgroundClient,
  invalidation: PendingInvalidation,
  imported: ImportState,
  workspace: string,
): Promise<{ head: CommitInfo; snapshot: Snapshot; segment: number }> {
  const { commit, skipped, identity, ...counts } = await background.call("import", {
    branch: MAIN,
    segment: FIRST_SEGMENT,
    nextInode: FIRST_OWN_INODE,
    label: IMPORT_LABEL,
  });
  imported.progress(counts, skipped);
  saveIdentity(workspace, commit.id, identity);
  const { snapshot } = commit;
  await invalidation.during(async () =>
    await background.call("notify", await fs.callView(MAIN_VIEW, "adopt", snapshot))
  );
  return { head: commit, snapshot, segment: FIRST_SEGMENT };
}
