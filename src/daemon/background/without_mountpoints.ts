/**
 * What a checkpoint leaves out: the empty files and directories that a sandbox makes to have something to mount on.
 *
 * Codex's and Claude Code's sandboxes put them into the tree for as long as a command runs, and take them away after it. A
 * checkpoint that has them would bring them back: an empty settings file, a lock of git's.
 *
 * That something is mounted on them can be seen, but not for a moment before and after. Where several commands run at once the hook of
 * one may come in that moment of another: so what is recorded by itself leaves them out by their names, too. As long as they are empty
 * nothing is lost with that, and who asks for a checkpoint gets them.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { diffSnapshots, type SnapshotChange } from "../../history/diff/diff.ts";
import { graftPaths } from "../../history/rollback/graft.ts";
import { isDirectoryRecord } from "../../history/snapshots/record.ts";
import { coveredPaths } from "../../host/covered_paths.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";

/** Changes that are looked through: names with a dot, as all of these have, come early. */
const MOST_CHANGES = 5_000;

/** The names that the sandboxes use, in the directory in which the agent was started. */
const NAMES = new Set([
  ...[".agents", ".aws", ".codex"],
  ...[".bashrc", ".bash_profile", ".profile", ".zshrc", ".zprofile", ".gitconfig", ".gitmodules"],
  ...[".ripgreprc", ".mcp.json", ".idea", ".vscode", ".git/config.lock"],
  ...["agents", "commands", "hooks", "launch.json", "loop.md", "output-styles", "routines"]
    .map(inClaude),
  ...["scheduled_tasks.json", "settings.json", "settings.local.json", "skills", "workflows"]
    .map(inClaude),
]);

function inClaude(name: string): string {
  return `.claude/${name}`;
}

export interface TreePlace {
  /** Mountpoint. */
  readonly mount: string;
  /** The branch's tree in what is mounted there. */
  readonly tree: string;
}

/**
 * `after` without what is new since `before`, empty, and a mountpoint somewhere; and without new directories in which there is
 * nothing else. Puts objects only.
 *
 * @param byName what has the name of one is taken for one
 */
export function withoutMountpoints(
  store: StoreWriter,
  before: Snapshot | null,
  after: Snapshot,
  place: TreePlace,
  byName: boolean,
): Snapshot {
  if (before === null) return after;
  const changes = [...diffSnapshots(store, before, after, { limit: MOST_CHANGES })];
  const out = mountpointsAmong(changes, place, byName);
  if (out.size === 0) return after;
  // Nothing is made that needs a number.
  return graftPaths(store, after, before, [...out], { allocateInode: () => 0 });
}

/** Paths (binary strings) of those that are left out. */
export function mountpointsAmong(
  changes: readonly SnapshotChange[],
  { mount, tree }: TreePlace,
  byName = false,
): Set<string> {
  const added = changes.filter(({ status }) => status === "A");
  const out = new Set<string>();
  // Where there is nothing empty nobody has to look at /proc.
  if (!added.some(isEmpty)) return out;
  const covered = new Set([...coveredPaths(mount)].map(binaryString));
  const root = binaryString(tree === "" ? "" : `/${tree}`);
  for (const change of added.filter(isEmpty)) {
    const { path } = change;
    if (covered.has(`${root}/${path}`) || (byName && hasKnownName(path))) out.add(path);
  }
  if (out.size === 0) return out;
  // The deepest first: a directory comes before what is in it.
  for (const { path, after } of added.toReversed()) {
    const below = [...out].filter((other) => other.startsWith(`${path}/`));
    if (below.length > 0 && after!.entries === below.length) out.add(path);
  }
  return out;
}

function hasKnownName(path: string): boolean {
  const [directory, name] = path.split("/").slice(-2);
  return NAMES.has(name ?? directory!) || NAMES.has(`${directory}/${name}`);
}

function isEmpty({ after }: SnapshotChange): boolean {
  return isDirectoryRecord(after) ? after!.entries === 0 : after!.size === 0;
}
