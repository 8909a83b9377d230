/**
 * What a merge that a test decides is told, and what it tells the test.
 *
 * @module
 */

import type { CandidateReport, MergeReport } from "../api/types.ts";
import type { MergeStrategy } from "../api/event_kind.ts";

/** A candidate, merged, in a branch of its own. */
export interface Trial {
  /** Of the candidate. */
  readonly sources: readonly string[];
  /** The branch that was made for it. */
  readonly branch: string;
  /** Where that branch is in the mount. */
  readonly path: string;
  /** What the merge in it said. */
  readonly merge: MergeReport;
}

/** What a test says of a candidate. */
export interface TestResult {
  /** Only what passes is merged. */
  readonly passed: boolean;
  /** Exit code, if it was a program. */
  readonly exit?: number;
  /** How good it is; the highest is taken where the best is. */
  readonly score?: number;
}

/** Which candidates there are, and which is taken: all sources together; each, the first or the best that passes. */
export type Choice = "all" | "first" | "best";

/** What is merged, and which test decides it. */
export interface MergeTestedOptions {
  /** Branches or checkpoints. */
  readonly sources: readonly string[];
  /** Default: main, or from inside a run its own branch. */
  readonly into?: string;
  /** Default: `all`. */
  readonly take?: Choice;
  /** For conflicts; none of them is left to be settled. */
  readonly strategy?: Exclude<MergeStrategy, "markers">;
  /** Of the checkpoint that the merge makes. */
  readonly label?: string;
  /** Files that change get the present as their time of modification. */
  readonly touch?: boolean;
  /** Says whether a candidate may be merged; who throws ends everything. */
  test(trial: Trial): Promise<TestResult>;
  /** Hears of each candidate once it is decided. */
  onCandidate?(candidate: CandidateReport): void;
  /** Rejects with its reason, and nothing is changed, if it is aborted before the merge. */
  readonly signal?: AbortSignal;
}
