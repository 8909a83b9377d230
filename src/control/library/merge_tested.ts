/**
 * Merging only what passes a test: each candidate is merged in a branch of its own, the test looks at that, and the branch that
 * is merged into moves once, to exactly what passed.
 *
 * Whatever dies meanwhile, nothing is half done: until then only branches were made that go with the process that asked.
 *
 * @module
 */

import type { MergedSource, MergeReport } from "../service/merge.ts";
import { ServiceError } from "../service_error.ts";
import type { CandidateReport, TestedMergeReport } from "../shapes/tested_merge.ts";
import type { Ask } from "./ask.ts";
import type { MergeTestedOptions } from "./merge_tested_options.ts";

type Settled = MergeTestedOptions & { readonly into: string };

interface Tried {
  readonly candidate: CandidateReport;
  /** What was tested; null where nothing was. */
  readonly merge: MergeReport | null;
}

/** So often the test is made anew because work went on in the branch that is merged into. */
const MOST_ROUNDS = 3;

export async function mergeTested(
  ask: Ask,
  wanted: MergeTestedOptions,
): Promise<TestedMergeReport> {
  const started = performance.now();
  const { into = (await ask((client) => client.status())).branch, sources, take = "all" } = wanted;
  const options = { ...wanted, into };
  const groups = take === "all" ? [sources] : sources.map((source) => [source]);
  const tried: Tried[] = [];
  const report = (state: TestedMergeReport["state"], merge?: MergeReport, taken?: Tried) => ({
    into,
    state,
    taken: taken === undefined ? null : mergedOf(taken.candidate.merge),
    id: merge?.id ?? null,
    label: merge?.label ?? null,
    candidates: tried.map(({ candidate }) => candidate),
    changed: merge?.changed ?? { added: 0, modified: 0, deleted: 0 },
    safety: merge?.safety ?? null,
    ms: Math.round(performance.now() - started),
  });
  await using trials = new Trials(ask, options);
  let best: Tried | undefined;
  for (const names of groups) {
    if (best !== undefined && take === "first") {
      tried.push(untried(names));
      continue;
    }
    const one = await trials.try(names);
    tried.push(one);
    if (isBetter(one, best)) best = one;
  }
  if (best === undefined) {
    const hadNone = tried.every(({ candidate }) => candidate.state === "unchanged");
    return report(hadNone ? "unchanged" : "refused");
  }
  for (let round = 1;; round++) {
    options.signal?.throwIfAborted();
    try {
      return report("merged", await moveTo(ask, best, options), best);
    } catch (error) {
      const isMoved = error instanceof ServiceError && error.code === "branch_moved";
      if (!isMoved || round === MOST_ROUNDS) throw error;
    }
    // Work went on in the branch: what was tested is not what it would become.
    const again: Tried = await trials.try(best.candidate.sources);
    tried[tried.indexOf(best)] = again;
    if (again.candidate.state !== "passed") return report("refused");
    best = again;
  }
}

/** Names of the sources that were merged: of several, some may be in conflict. */
export function mergedOf(sources: readonly MergedSource[]): string[] {
  return sources.filter(({ merged }) => merged).map(({ name }) => name);
}

function isBetter({ candidate: { state, score } }: Tried, best: Tried | undefined): boolean {
  if (state !== "passed") return false;
  return best === undefined || (score ?? -Infinity) > (best.candidate.score ?? -Infinity);
}

/** The branches in which candidates are merged. They go at the end. */
class Trials {
  readonly #made: string[] = [];

  constructor(readonly ask: Ask, readonly options: Settled) {}

  async try(sources: readonly string[]): Promise<Tried> {
    const started = performance.now();
    const { onCandidate, signal, test } = this.options;
    const report = (
      state: CandidateReport["state"],
      merge: MergeReport,
      { exit = null, score = null }: { exit?: number | null; score?: number | null } = {},
    ) => {
      const ms = Math.round(performance.now() - started);
      const candidate = { sources: [...sources], state, exit, score, merge: merge.sources, ms };
      onCandidate?.(candidate);
      return { candidate, merge };
    };
    signal?.throwIfAborted();
    const { branch, path } = await this.#begin();
    const merge = await this.#merge(branch, sources);
    if (merge.state === "refused") return report("conflicts", merge);
    if (merge.state === "unchanged") return report("unchanged", merge);
    signal?.throwIfAborted();
    const result = await test({ sources, branch, path, merge });
    signal?.throwIfAborted();
    return report(result.passed ? "passed" : "failed", merge, result);
  }

  /** A branch of the one that is merged into, with all that is in it. */
  async #begin(): Promise<{ branch: string; path: string }> {
    const branch = `trial/${crypto.randomUUID().slice(0, 8)}`;
    const { into: from } = this.options;
    this.#made.push(branch);
    const { path } = await this.ask(async (client, isAgain) => {
      const known = isAgain ? await client.showBranch({ name: branch }).catch(() => null) : null;
      return known ?? await client.createBranch({ name: branch, from, temporary: true });
    });
    return { branch, path };
  }

  async #merge(into: string, sources: readonly string[]): Promise<MergeReport> {
    const { into: target, strategy } = this.options;
    const message = `merge ${sources.join(", ")} into ${target}`;
    return await this.ask(async (client, isAgain) => {
      try {
        const merge = await client.merge({
          sources: [...sources],
          into,
          message,
          ...(strategy === undefined ? {} : { strategy }),
        });
        // It was done, and the answer was lost.
        if (!isAgain || merge.state !== "unchanged") return merge;
        const { head } = await client.showBranch({ name: into });
        const { commit } = await client.show({ ref: head.id });
        if (commit.kind !== "merge" || commit.message !== message) return merge;
        return { ...merge, state: "merged", id: commit.id, changed: commit.changed! };
      } catch (error) {
        if (error instanceof ServiceError && error.code === "merge_conflicts") {
          return error.details as MergeReport;
        }
        throw error;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#made) {
      // What cannot be deleted now goes with this process.
      await this.ask((client) => client.deleteBranch({ name, force: true })).catch(() => {});
    }
  }
}

/** The branch becomes what was tested. */
async function moveTo(
  ask: Ask,
  { candidate: { sources }, merge }: Tried,
  { into, label, touch }: Settled,
): Promise<MergeReport> {
  const message = `merge ${sources.join(", ")} into ${into}, tested`;
  const tested = merge!.id!;
  return await ask(async (client, isAgain) => {
    if (isAgain) {
      const { head } = await client.showBranch({ name: into });
      const { commit } = await client.show({ ref: head.id });
      // It was done, and the answer was lost.
      if (commit.parents.includes(tested)) {
        return { ...merge!, into, id: commit.id, label: commit.label, changed: commit.changed! };
      }
    }
    return await client.merge({
      sources: [tested],
      into,
      exactly: true,
      message,
      ...(label === undefined ? {} : { label }),
      ...(touch === undefined ? {} : { touch }),
    });
  });
}

function untried(sources: readonly string[]): Tried {
  const nothing = { exit: null, score: null, merge: [], ms: 0 };
  return { candidate: { sources: [...sources], state: "untried", ...nothing }, merge: null };
}
