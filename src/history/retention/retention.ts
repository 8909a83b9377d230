/**
 * Which commits are kept, and for how long.
 *
 * A commit is kept if any rule of the policy keeps it. What the history cannot do without is kept whatever the
 * policy says: see {@linkcode neededCommits}.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { CommitKind } from "../commits/commit.ts";
import type { CommitDetails } from "../commits/commit_details.ts";

/**
 * Rules; those that are absent keep nothing. Counts are per branch. Safety checkpoints have a rule of their own, and so have those
 * that were made after a quiet moment or by timer.
 */
export interface RetentionPolicy {
  /** The newest so many. */
  readonly keep?: number;
  /** Those made within so many ms. */
  readonly keepForMs?: number;
  /** The newest of each of the last so many hours (UTC) in which any was made. */
  readonly keepHourly?: number;
  /** The newest of each of the last so many days (UTC) in which any was made. */
  readonly keepDaily?: number;
  /** The states before prompts of agents that were given within so many ms. */
  readonly keepPromptsForMs?: number;
  /** All that have a label. */
  readonly keepLabelled?: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * What is kept where nobody says otherwise: everything of a week, the states before prompts for four, and what was given a name for
 * good.
 */
export const DEFAULT_POLICY: RetentionPolicy = {
  keepForMs: 7 * DAY_MS,
  keepPromptsForMs: 28 * DAY_MS,
  keepLabelled: true,
};

/** Safety checkpoints are kept so long: they are made by themselves, and most are never looked at. */
export const SAFETY_MS = DAY_MS;

/** So long are those kept that were made after a quiet moment or by timer. */
const AUTOMATIC_MS = 2 * DAY_MS;

/** What the rules look at. */
export interface CommitSummary {
  readonly id: ObjectId;
  readonly branch: string;
  readonly kind: CommitKind;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly parents: readonly ObjectId[];
  readonly details?: Pick<CommitDetails, "moment" | "prompt">;
}

/**
 * The commits that the policy keeps.
 *
 * @param commits newest first
 * @param now milliseconds since 1970
 */
export function keptCommits(
  commits: readonly CommitSummary[],
  policy: RetentionPolicy,
  now: number,
): Set<ObjectId> {
  const kept = new Set<ObjectId>();
  const made = commits.filter((one) =>
    one.kind !== "safety" && one.kind !== "project" && !isAutomatic(one)
  );
  for (const own of Map.groupBy(made, ({ branch }) => branch).values()) {
    const keep = (chosen: readonly CommitSummary[]) => chosen.forEach(({ id }) => kept.add(id));
    keep(own.slice(0, policy.keep ?? 0));
    keep(own.filter(({ time }) => now - time < (policy.keepForMs ?? -Infinity)));
    keep(newestOfEach(own, HOUR_MS, policy.keepHourly ?? 0));
    keep(newestOfEach(own, DAY_MS, policy.keepDaily ?? 0));
  }
  for (const commit of commits) {
    const { id, kind, label, time } = commit;
    if (kind === "safety" && now - time < SAFETY_MS) kept.add(id);
    if (isAutomatic(commit) && now - time < AUTOMATIC_MS) kept.add(id);
    if (policy.keepLabelled && label !== "") kept.add(id);
  }
  for (const { id, time } of beforePrompts(commits)) {
    if (now - time < (policy.keepPromptsForMs ?? -Infinity)) kept.add(id);
  }
  return kept;
}

/** Made by itself, and like many others of its kind. */
function isAutomatic({ details }: CommitSummary): boolean {
  return details?.moment === "quiet" || details?.moment === "timer";
}

/** The states before prompts, and when those were given. */
function beforePrompts(
  commits: readonly CommitSummary[],
): Iterable<{ id: ObjectId; time: number }> {
  const first = new Map<string, { id: ObjectId; time: number }>();
  for (const { id, branch, time, parents, details = {} } of commits) {
    const { prompt, moment } = details;
    const before = moment === "prompt" ? id : parents[0];
    // Newest first: the first of a prompt comes last.
    if (prompt !== undefined && before !== undefined) {
      first.set(`${branch}\0${prompt}`, { id: before, time });
    }
  }
  return first.values();
}

/** The newest commit of each of the last `count` spans of time that have one. */
function newestOfEach(
  commits: readonly CommitSummary[],
  spanMs: number,
  count: number,
): CommitSummary[] {
  const chosen = new Map<number, CommitSummary>();
  for (const commit of commits) {
    const span = Math.floor(commit.time / spanMs);
    if (!chosen.has(span)) chosen.set(span, commit);
  }
  return [...chosen].sort(([a], [b]) => b - a).slice(0, count).map(([, commit]) => commit);
}

/**
 * The commits that are kept under any policy: heads, what was taken from the source (what the next refresh or apply
 * compares with), and where branches parted (what a merge of them compares with).
 *
 * @param commits newest first; a commit comes before its parents
 */
export function neededCommits(
  commits: readonly CommitSummary[],
  heads: readonly ObjectId[],
): Set<ObjectId> {
  const needed = new Set<ObjectId>(heads);
  for (const { id, kind, parents } of commits) {
    if (kind === "import" || kind === "refresh") needed.add(id);
    // What the project was then.
    if (kind === "refresh" && parents[1] !== undefined) needed.add(parents[1]);
  }
  for (const id of partings(commits, heads)) needed.add(id);
  return needed;
}

/** The commits from which more heads can be reached than from any one of their children. */
function partings(commits: readonly CommitSummary[], heads: readonly ObjectId[]): ObjectId[] {
  const reached = new Map<ObjectId, bigint>();
  const ofChildren = new Map<ObjectId, bigint[]>();
  heads.forEach((id, i) => reached.set(id, (reached.get(id) ?? 0n) | (1n << BigInt(i))));
  const found: ObjectId[] = [];
  for (const { id, parents } of commits) {
    const set = reached.get(id) ?? 0n;
    if (set === 0n) continue;
    const several = (set & (set - 1n)) !== 0n;
    if (several && !(ofChildren.get(id) ?? []).includes(set)) found.push(id);
    for (const parent of parents) {
      reached.set(parent, (reached.get(parent) ?? 0n) | set);
      const children = ofChildren.get(parent);
      if (children === undefined) ofChildren.set(parent, [set]);
      else children.push(set);
    }
  }
  return found;
}
