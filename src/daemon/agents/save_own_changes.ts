/**
 * A checkpoint of what one tool call changed, while others that are under way at once go on changing other things.
 *
 * @module
 */

import type { CommitInfo } from "../../history/commits/commit.ts";
import type { CommitDetails } from "../../history/commits/commit_details.ts";
import { S_IFDIR, S_IFMT } from "../../store/trees/entry.ts";
import type { Branch } from "../branches/branch.ts";
import type { SaveCommit } from "../threads/messages.ts";
import { CallOfChange, type CallUnderWay } from "./call_of_change.ts";

/** How a change was found to be a call's. */
export type KnownBy = NonNullable<CommitDetails["by"]>;

/**
 * Paths that another call changed, as far as anybody saw, are left for that one; what nobody saw is this one's, whose end it is.
 * What a sandbox mounts on is nobody's. Null if nothing is left. `calls`: those under way, this one too.
 */
export async function saveOwnChanges(
  branch: Branch,
  own: string,
  calls: readonly CallUnderWay[],
  commit: (by: KnownBy) => Promise<SaveCommit>,
): Promise<CommitInfo | null> {
  const witnessed = await branch.fs.callView(branch.view, "witnessed", null);
  const { background } = branch;
  await branch.flush();
  const to = await branch.snapshot();
  const from = branch.head.snapshot;
  const owners = new CallOfChange(calls, witnessed);
  const without = { patch: false, working: branch.name, byName: true };
  const { changes } = await background.call("diff", { from, to, ...without });
  const of = changes.map(({ path }) => owners.of(path)).filter(({ size }) => size > 0);
  const by = of.length > 0 && of.length >= filesOf(changes) ? "processes" : "time";
  const isMerging = (await background.call("branch", branch.name))!.merge !== null;
  if (isMerging || of.every((calls) => calls.has(own))) {
    return await branch.saveIfChanged(() => commit(by));
  }
  const items = await background.call("reviewItems", { from, to });
  const changed = new Set(changes.map(({ path }) => path));
  const whole = items.flatMap(({ paths }, i) => {
    if (!paths.some((path) => changed.has(path))) return [];
    const known = paths.map((path) => owners.of(path)).filter(({ size }) => size > 0);
    return known.length === 0 || known.some((calls) => calls.has(own)) ? [i] : [];
  });
  if (whole.length === 0) return null;
  if (whole.length === items.length) return await branch.saveIfChanged(() => commit(by));
  const choices = { whole, parts: [] };
  const chosen = await background.call("choose", {
    from,
    to,
    choices,
    nextInode: branch.nextInode,
  });
  branch.nextInode = Math.max(branch.nextInode, chosen.nextInode);
  return await branch.standOn(chosen.snapshot, {
    ...await commit(by),
    parents: [branch.head.id],
  });
}

/** Directories come and go with what is in them. */
function filesOf(
  changes: readonly { before: { mode: number } | null; after: { mode: number } | null }[],
): number {
  return changes.filter(({ before, after }) => !isDirectory((after ?? before)!.mode)).length;
}

function isDirectory(mode: number): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}
