/**
 * Rules, compiled to be asked about paths: what is denied, allowed, watched there for one caller.
 *
 * For each operation the first rule that matches the path, is about the operation and applies to the caller holds. What
 * that comes to depends on the state of the automaton, the branch and, if a rule says so, the process; where it does not
 * depend on the process it is kept with the state.
 *
 * @module
 */

import type { Glob } from "./glob.ts";
import { Operation } from "./operation.ts";
import { PathAutomaton, type PathState } from "./path_automaton.ts";
import { isAboutProcesses, type Rule } from "./rule.ts";

/** Who asks. What cannot be known is null; a rule that denies then applies, and one that allows does not. */
export interface Caller {
  readonly uid: number | null;
  /** True if its program is that: a name, or the absolute path of an executable. */
  runs(program: string): boolean | null;
  isIn(session: string): boolean | null;
}

/** Bits of {@linkcode Operation}; disjoint. */
export interface Decision {
  readonly denied: number;
  readonly allowed: number;
  readonly watched: number;
  /** Of all those: what a filter is to decide, and only where it does not the rule's `otherwise`. */
  readonly asked: number;
}

const NOTHING_DECIDED: Decision = { denied: 0, allowed: 0, watched: 0, asked: 0 };

/** Decisions of one branch, by state: of files, and of directories. */
interface BranchMemory {
  readonly applicable: readonly boolean[];
  readonly files: WeakMap<PathState, Decision>;
  readonly directories: WeakMap<PathState, Decision>;
}

export class Policy {
  readonly automaton: PathAutomaton;
  readonly #branches = new Map<string | null, BranchMemory>();
  readonly #branchNames: PathAutomaton;
  /** Places of the rules that each glob of a branch belongs to. */
  readonly #branchRules: readonly number[];
  readonly #aboutProcesses: readonly boolean[];
  /** Operations that any rule denies or asks about. */
  readonly refusable: number;
  /** And those that any rule wants to be told. */
  readonly told: number;

  /** `version`: how often rules were installed in the workspace. */
  constructor(readonly rules: readonly Rule[], readonly version: number) {
    this.automaton = new PathAutomaton(rules.map(({ glob }) => glob));
    const branches = rules.flatMap(({ branches }, i) =>
      (branches ?? []).map(({ glob }): [Glob, number] => [glob, i])
    );
    this.#branchNames = new PathAutomaton(branches.map(([glob]) => glob));
    this.#branchRules = branches.map(([, rule]) => rule);
    this.#aboutProcesses = rules.map(isAboutProcesses);
    this.refusable = rules.filter(({ verdict }) => verdict === "deny" || verdict === "ask")
      .reduce((all, { operations }) => all | operations, 0);
    this.told = rules.filter(({ verdict }) => verdict === "watch")
      .reduce((all, { operations }) => all | operations, this.refusable);
  }

  /** Null as branch: a checkpoint, to which only rules about every branch apply. */
  decide(
    state: PathState,
    isDirectory: boolean,
    branch: string | null,
    caller: Caller,
  ): Decision {
    const matches = isDirectory ? state.directoryMatches : state.matches;
    if (matches.length === 0) return NOTHING_DECIDED;
    const memory = this.#memory(branch);
    const kept = isDirectory ? memory.directories : memory.files;
    const known = kept.get(state);
    if (known !== undefined) return known;
    const decision = this.#fold(matches, memory, caller);
    if (!matches.some((rule) => this.#aboutProcesses[rule] && memory.applicable[rule])) {
      kept.set(state, decision);
    }
    return decision;
  }

  /** So many deletions on a branch are very much; null: no rule says. */
  deletionsIn(branch: string): number | null {
    const { applicable } = this.#memory(branch);
    const numbers = this.rules.flatMap(({ deletions }, i) =>
      deletions !== null && applicable[i] ? [deletions] : []
    );
    return numbers.length === 0 ? null : Math.min(...numbers);
  }

  /** The rule that holds for one of these operations, the first of those; null if none does. */
  ruleFor(
    state: PathState,
    isDirectory: boolean,
    branch: string | null,
    caller: Caller,
    operations: number,
  ): Rule | null {
    const { applicable } = this.#memory(branch);
    const matches = isDirectory ? state.directoryMatches : state.matches;
    const found = matches.find((i) =>
      (this.rules[i]!.operations & operations) !== 0 && applicable[i] &&
      appliesTo(this.rules[i]!, caller)
    );
    return found === undefined ? null : this.rules[found]!;
  }

  #fold(matches: readonly number[], { applicable }: BranchMemory, caller: Caller): Decision {
    let open = -1;
    let [denied, allowed, watched, asked] = [0, 0, 0, 0];
    for (const i of matches) {
      const rule = this.rules[i]!;
      const hit = open & rule.operations;
      if (hit === 0 || !applicable[i] || !appliesTo(rule, caller)) continue;
      open &= ~hit;
      if (rule.verdict === "ask") asked |= hit;
      const verdict = rule.verdict === "ask" ? rule.otherwise : rule.verdict;
      if (verdict === "deny") denied |= hit;
      else if (verdict === "allow") allowed |= hit;
      else watched |= hit;
    }
    return { denied, allowed, watched, asked };
  }

  /** Which rules apply to a branch, and what was decided in it. */
  #memory(branch: string | null): BranchMemory {
    const known = this.#branches.get(branch);
    if (known !== undefined) return known;
    const named = branch === null
      ? []
      : this.#branchNames.root.walk(branch.split("/")).matches.map((i) => this.#branchRules[i]!);
    const applicable = this.rules.map(({ branches }, i) => branches === null || named.includes(i));
    const memory: BranchMemory = { applicable, files: new WeakMap(), directories: new WeakMap() };
    this.#branches.set(branch, memory);
    return memory;
  }
}

function appliesTo(rule: Rule, caller: Caller): boolean {
  const { uids, programs, sessions, verdict } = rule;
  // Whom nobody knows is refused what some are refused, and has nothing that only some have.
  const ifUnknown = verdict === "deny" || verdict === "ask";
  const holds = (answers: Iterable<boolean | null>): boolean => {
    let isUnknown = false;
    for (const answer of answers) {
      if (answer === true) return true;
      if (answer === null) isUnknown = true;
    }
    return isUnknown && ifUnknown;
  };
  if (uids !== null && !holds([caller.uid === null ? null : uids.includes(caller.uid)])) {
    return false;
  }
  if (sessions !== null && !holds(sessions.map((session) => caller.isIn(session)))) return false;
  return programs === null || holds(programs.map((program) => caller.runs(program)));
}

/** Nobody is known to have asked: as for pages that were written through a mapping. */
export const UNKNOWN_CALLER: Caller = { uid: null, runs: () => null, isIn: () => null };

/** None of those whom rules name: only rules about all apply. */
export const ANY_CALLER: Caller = { uid: -1, runs: () => false, isIn: () => false };

/**
 * What is denied at one place because of which `operations` would be refused there and not at another; 0 if there is nothing that
 * would be done at the other one alone.
 */
export function lostBetween(before: Decision, after: Decision, operations: number): number {
  const lost = refusedBy(before) & ~refusedBy(after) & operations;
  if (lost === 0) return 0;
  return (lost & before.denied) || before.denied & (Operation.WRITE | Operation.UNLINK);
}

/** All that a decision refuses: what it denies, and what that is part of. */
function refusedBy(decision: Decision): number {
  const { denied } = decision;
  return denied |
    (refuses(decision, Operation.TRUNCATE, Operation.WRITE) ? Operation.TRUNCATE : 0) |
    (refuses(decision, Operation.RENAME, Operation.UNLINK) ? Operation.RENAME : 0);
}

/** True if the decision refuses an operation that is done on its own or as part of others. An `allow` of it allows its parts. */
export function refuses(decision: Decision, operation: number, parts = 0): boolean {
  const { denied, allowed, watched } = decision;
  if ((denied & operation) !== 0) return true;
  return ((allowed | watched) & operation) === 0 && (denied & parts) !== 0;
}
