/**
 * The views that a server begins with.
 *
 * @module
 */

import type { BranchState } from "../../history/refs/branch_table.ts";
import { FIRST_SEGMENT } from "../../history/history.ts";
import type { CgroupSession as RoutedCgroup } from "../../mount/linux/cgroup_callers.ts";
import { MAIN_VIEW, NO_VIEW } from "../../mount/views.ts";
import { FIRST_OWN_INODE } from "../../tree/working_tree.ts";
import type { CgroupSessions } from "../../views/cgroup_sessions.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { branchView, checkpointView, MAIN } from "../branches/branches.ts";
import type { ViewStart } from "../threads/messages.ts";
import type { ViewRegistry } from "../branches/view_registry.ts";

/** The sessions that another server had, with the views that it had open for them. Who has none left sees nothing. */
export function sessionViews(sessions: CgroupSessions, registry: ViewRegistry): RoutedCgroup[] {
  return sessions.all.map(({ id, cgroup, path, branch }) => {
    const view = branch === 0
      ? MAIN_VIEW
      : registry.open.find((open) => open.branch === branch)?.view ?? NO_VIEW;
    return { id, cgroup, path, view };
  });
}

/** The view at the root of the mount. */
export function mainView(saved: BranchState | null, store: string): ViewStart {
  return branchView(MAIN_VIEW, saved ?? BEFORE_IMPORT, store);
}

/** Main while the project is not stored. */
const BEFORE_IMPORT = {
  number: 0,
  name: MAIN,
  snapshot: null,
  segment: FIRST_SEGMENT,
  nextInode: FIRST_OWN_INODE,
};

/** The views that another server had open. What one showed may be gone. */
export async function viewsTakenOver(
  registry: ViewRegistry,
  states: readonly BranchState[],
  background: BackgroundClient,
  store: string,
): Promise<ViewStart[]> {
  const starts: ViewStart[] = [];
  for (const { view, branch, commit } of registry.open) {
    const state = states.find(({ number }) => number === branch);
    if (state !== undefined) {
      starts.push(branchView(view, state, store));
      continue;
    }
    const info = commit === undefined
      ? null
      : await background.call("commitInfo", commit).catch(() => null);
    if (info === null) registry.remove(view);
    else starts.push(checkpointView(view, info.snapshot, registry));
  }
  return starts;
}
