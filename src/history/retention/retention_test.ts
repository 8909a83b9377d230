import assert from "node:assert/strict";
import { parseObjectId } from "../../store/format/object_id.ts";
import { type CommitSummary, DEFAULT_POLICY, keptCommits } from "./retention.ts";

const DAY = 86_400_000;
const NOW = 100 * DAY;

const idOf = (n: number) => parseObjectId(n.toString(16).padStart(64, "0"))!;

/** Commits on one branch, each after the one before; the oldest first, with their ages in days. */
function kept(
  commits: readonly { days: number; details?: CommitSummary["details"]; label?: string }[],
  policy = DEFAULT_POLICY,
): number[] {
  const made = commits.map(({ days, details, label = "" }, i) => ({
    id: idOf(i),
    branch: "main",
    kind: "checkpoint" as const,
    label,
    time: NOW - days * DAY,
    parents: i === 0 ? [] : [idOf(i - 1)],
    ...(details === undefined ? {} : { details }),
  }));
  const found = keptCommits(made.toReversed(), policy, NOW);
  return made.flatMap(({ id }, i) => found.has(id) ? [i] : []);
}

Deno.test("labels are kept longest, then the states before prompts, then calls, then what is made by itself", () => {
  const call = (prompt: string) => ({ moment: "call", prompt }) as const;
  const commits = [
    { days: 90, label: "mine" },
    { days: 40, details: { moment: "prompt", prompt: "p1" } as const },
    { days: 20, details: call("p0") },
    { days: 20, details: { moment: "prompt", prompt: "p2" } as const },
    { days: 19, details: call("p2") },
    // Nothing was changed before this prompt: the state before it is the last call's.
    { days: 18, details: call("p3") },
    { days: 17, details: call("p3") },
    { days: 6, details: call("p3") },
    { days: 5, details: { moment: "deletion" } as const },
    { days: 3, details: { moment: "quiet" } as const },
    { days: 1, details: { moment: "timer" } as const },
  ];
  assert.deepEqual(kept(commits), [0, 1, 3, 4, 7, 8, 10]);
  assert.deepEqual(kept(commits, { keep: 2 }), [7, 8, 10]);
});
