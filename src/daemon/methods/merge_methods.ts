/**
 * The service's methods that merge.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import { displayString } from "../../../ffi/binary_string.ts";
import type { CheckpointReport, RollbackReport } from "../../control/service/history.ts";
import type { MergeReport } from "../../control/service/merge.ts";
import { ServiceError } from "../../control/service_error.ts";
import { sameSnapshot } from "../../history/commits/commit.ts";
import type { MergeOutcome, MergeSide } from "../../history/merge/merge_branches.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { type Branch, safetyCommit } from "../branches/branch.ts";
import { MAIN } from "../branches/branches.ts";
import { conflictCount, mergeState, STRATEGY_HINT } from "../branches/merge_state.ts";
import { type BranchAccess, withBranch } from "./branch_access.ts";
import { movedReport } from "./rollback_report.ts";
import { Merger, type MergeRequest, mergeSide } from "../branches/merger.ts";
import { checkpointReport, conflictReport, elapsed } from "../threads/reports.ts";
import { serviceError } from "../threads/service_errors.ts";
import { treePath } from "./tree_path.ts";

/** What is merged: a branch, or a checkpoint of any. */
interface Source {
  readonly branch: Branch | null;
  readonly side: MergeSide;
}

export class MergeMethods {
  constructor(readonly parts: BranchAccess) {}

  async merge(p: Params<"merge">): Promise<MergeReport> {
    const into = await this.parts.branch(p.into ?? MAIN);
    return await this.parts.turn("merge", async () => {
      const started = performance.now();
      await new Merger(into).checkNone();
      const sources: Source[] = [];
      for (const name of new Set(p.sources)) sources.push(await this.#source(name, into));
      const request = requestOf(p, into, sources);
      const ms = () => elapsed(started);
      if (p.dryRun) {
        return { ...reportOf(p, into, await new Merger(into).preview(request)), ms: ms() };
      }
      let outcome: MergeOutcome | null = null;
      const accept = (candidate: MergeOutcome) => {
        outcome = candidate;
        const state = mergeState(candidate);
        if (p.exactly) checkExact(candidate, sources, into);
        return state === "merged" || state === "settle";
      };
      const merged = await new Merger(into).merge({ ...request, accept });
      const report = { ...reportOf(p, into, outcome!), ms: ms() };
      if (report.state === "refused") throw refusal(report);
      if (merged === null) return report;
      const id = report.state === "merged" ? merged.commit.id : null;
      return { ...report, id, safety: merged.safety?.id ?? null };
    });
  }

  continue(p: Params<"continueMerge">): Promise<CheckpointReport> {
    return withBranch(this.parts, "merge --continue", p, continueMerge);
  }

  /** The working tree as it was before a merge that is to be settled; what was done since becomes a checkpoint. */
  abort(p: Params<"abortMerge">): Promise<RollbackReport> {
    return withBranch(this.parts, "merge --abort", p, async (branch) => {
      const started = performance.now();
      await new Merger(branch).checkInProgress();
      const moved = await branch.rollback(branch.head, "rollback");
      return await movedReport(this.parts.background, branch, moved, started);
    });
  }

  async #source(name: string, into: Branch): Promise<Source> {
    const { background } = this.parts;
    if (await background.call("branch", name) === null) {
      const commit = await background.call("resolve", { branch: into.name, ref: name })
        .catch((error) => {
          throw serviceError(error);
        });
      const label = commit.label === "" ? commit.id.slice(0, 12) : commit.label;
      return { branch: null, side: { label, commits: [commit.id], snapshot: commit.snapshot } };
    }
    const branch = await this.parts.branch(name);
    if (branch === into) {
      throw new ServiceError("merge_itself", `Cannot merge ${name} into itself`, { exit: 2 });
    }
    await new Merger(branch).checkNone();
    await branch.save(null);
    return { branch, side: await mergeSide(branch) };
  }
}

async function continueMerge(branch: Branch): Promise<CheckpointReport> {
  const started = performance.now();
  const merger = new Merger(branch);
  const result = await merger.continue(await merger.checkInProgress());
  if (Array.isArray(result)) {
    const paths = result.map(displayString);
    throw new ServiceError(
      "merge_unsettled",
      `There are conflict markers left in ${paths.slice(0, 5).join(", ")}`,
      {
        hint: "Settle them, or take the merge back: agentvfs merge --abort",
        details: { paths },
      },
    );
  }
  return checkpointReport(branch.name, result, started);
}

/** Throws `branch_moved` unless the merge gives what its one source is. */
function checkExact(
  { snapshot, sources: [merged] }: MergeOutcome,
  sources: readonly Source[],
  into: Branch,
): void {
  const [source, another] = sources;
  if (another !== undefined) {
    throw new ServiceError("bad_params", "Only one source can be merged exactly", { exit: 2 });
  }
  if (merged!.merged && sameSnapshot(snapshot, source!.side.snapshot)) return;
  throw new ServiceError(
    "branch_moved",
    `Branch ${into.name} has changes that ${source!.side.label} has not`,
    { hint: "Merge them into it, or merge without being exact" },
  );
}

function requestOf(
  p: Params<"merge">,
  into: Branch,
  sources: readonly Source[],
): Omit<MergeRequest, "accept"> {
  const names = p.sources.join(", ");
  const message = p.message ?? `merge ${names} into ${into.name}`;
  return {
    sources: sources.map(({ side }) => side),
    strategy: p.strategy ?? "conflict",
    ...(p.paths === undefined ? {} : { paths: p.paths.map(treePath) }),
    label: p.label ?? "",
    message,
    touch: p.touch ?? false,
    parents: async (outcome) => {
      const parents: ObjectId[] = [];
      for (const [i, { branch, side }] of sources.entries()) {
        if (!outcome.sources[i]!.merged) continue;
        if (branch === null) parents.push(...side.commits);
        else parents.push((await branch.commitSaved(safetyCommit(`before ${message}`))).id);
      }
      // What was taken in part is not merged: the rest can be had later.
      return p.paths === undefined ? parents : [];
    },
  };
}

export function reportOf(p: Params<"merge">, into: Branch, outcome: MergeOutcome): MergeReport {
  return {
    into: into.name,
    state: mergeState(outcome),
    id: null,
    label: p.label ?? null,
    dryRun: p.dryRun ?? false,
    sources: outcome.sources.map(({ source, merged, conflicts, decided, changes }, i) => ({
      name: [...new Set(p.sources)][i] ?? source.label,
      merged,
      conflicts: conflicts.map(conflictReport),
      decided: decided.map(conflictReport),
      changed: changes,
    })),
    changed: outcome.changes,
    safety: null,
    ms: 0,
  };
}

export function refusal(report: MergeReport, hint = STRATEGY_HINT): ServiceError {
  const refused = report.sources.filter(({ merged }) => !merged);
  const count = refused.reduce((sum, { conflicts }) => sum + conflicts.length, 0);
  const names = refused.map(({ name }) => name).join(", ");
  const message = `Cannot merge ${names} into ${report.into}: ${conflictCount(count)}`;
  return new ServiceError("merge_conflicts", message, {
    hint,
    details: report,
  });
}
