/**
 * A rule of a policy, as its file has it.
 *
 * @module
 */

import type { Glob } from "./glob.ts";

/**
 * `watch`: it is allowed, and told. `ask`: a filter decides. `checkpoint`: it decides nothing; what is there is recorded before
 * very much is deleted.
 */
export type RuleVerdict = "allow" | "watch" | "deny" | "ask" | "checkpoint";

export interface BranchPattern {
  readonly text: string;
  readonly glob: Glob;
}

export interface Rule {
  /** It is about paths of the machine, and not of the mount: programs of runs hold to it, by their library. */
  readonly outside: boolean;
  /** Unlike that of any other rule. */
  readonly name: string;
  readonly pattern: string;
  readonly glob: Glob;
  readonly verdict: RuleVerdict;
  /** Bits of {@linkcode Operation}; none of `checkpoint`. */
  readonly operations: number;
  /** Of `ask`: who decides, and what holds where there is no answer in time. */
  readonly filter: string | null;
  readonly otherwise: "allow" | "deny";
  /** Of `checkpoint`: so many names deleted one soon after the other are very much. */
  readonly deletions: number | null;
  /** To whom it applies; null: to all. */
  readonly branches: readonly BranchPattern[] | null;
  readonly programs: readonly string[] | null;
  readonly uids: readonly number[] | null;
  readonly sessions: readonly string[] | null;
  /** Where it stands in its file, from 1. */
  readonly line: number;
}

/** True if it depends on the process whether it applies, and not only on the branch. */
export function isAboutProcesses({ programs, uids, sessions }: Rule): boolean {
  return programs !== null || uids !== null || sessions !== null;
}
