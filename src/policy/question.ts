/**
 * What can be asked of rules about a path: an operation, and what is done with it as part of it. A rule that denies a part denies the
 * whole, unless one allows the whole.
 *
 * @module
 */

import { Operation } from "./operation.ts";
import type { Caller, Policy } from "./policy.ts";
import type { PathState } from "./path_automaton.ts";
import type { RuleVerdict } from "./rule.ts";

/** What else is done by an operation. */
export const Parts = {
  /** A file is made in order to write to it. */
  MADE_TO_WRITE: Operation.WRITE,
  RESIZED: Operation.WRITE,
  /** It has another name afterwards. */
  RENAMED: Operation.UNLINK,
  /** Something has this name afterwards, which nothing had. */
  NAMED: Operation.CREATE,
  /** Something else has its name afterwards. */
  REPLACED: Operation.UNLINK | Operation.WRITE | Operation.TRUNCATE,
} as const;

export interface Question {
  readonly operation: number;
  readonly parts: number;
}

/** By the names that they have for people, in the order in which they are shown. */
export const QUESTIONS = {
  read: { operation: Operation.READ, parts: 0 },
  write: { operation: Operation.WRITE, parts: 0 },
  create: { operation: Operation.CREATE, parts: Parts.MADE_TO_WRITE },
  unlink: { operation: Operation.UNLINK, parts: 0 },
  rename: { operation: Operation.RENAME, parts: Parts.RENAMED },
  "rename-to": { operation: Operation.RENAME, parts: Parts.NAMED },
  "rename-over": { operation: Operation.RENAME, parts: Parts.REPLACED },
  truncate: { operation: Operation.TRUNCATE, parts: Parts.RESIZED },
  exec: { operation: Operation.EXEC, parts: 0 },
  link: { operation: Operation.LINK, parts: 0 },
  "link-to": { operation: Operation.LINK, parts: Parts.NAMED },
  attributes: { operation: Operation.ATTRIBUTES, parts: 0 },
} as const satisfies Readonly<Record<string, Question>>;

export interface Said {
  readonly verdict: RuleVerdict;
  /** Null: none says anything. */
  readonly rule: string | null;
}

/** What the rules say, without asking filters. */
export function saidOf(
  policy: Policy,
  { operation, parts }: Question,
  [state, isDirectory, branch, caller]: readonly [PathState, boolean, string | null, Caller],
): Said {
  const ruleOf = (bit: number) => policy.ruleFor(state, isDirectory, branch, caller, bit);
  const whole = ruleOf(operation);
  if (whole !== null) return { verdict: whole.verdict, rule: whole.name };
  const bits = Array.from({ length: 31 }, (_, i) => 1 << i).filter((bit) => (parts & bit) !== 0);
  const rules = bits.map(ruleOf).filter((rule) => rule !== null);
  const found = rules.find(({ verdict }) => verdict === "deny") ??
    rules.find(({ verdict }) => verdict === "ask");
  return { verdict: found?.verdict ?? "allow", rule: found?.name ?? null };
}
