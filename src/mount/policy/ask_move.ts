/**
 * Moves of names, whatever they come from.
 *
 * @module
 */

import { CONTENT_OPERATIONS, Operation } from "../../policy/operation.ts";
import { lostBetween } from "../../policy/policy.ts";
import { Parts } from "../../policy/question.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import type { Place } from "../tree_states.ts";
import { findMoved } from "./moved_rules.ts";
import type { Asking } from "./asking.ts";
import type { PolicyQuestion, Refusal } from "./policy_question.ts";

/**
 * Asks about both names of what is moved, and about what is in it. `replaces`: there is something of the new name, which this takes
 * the place of.
 */
export function askMove<C extends Asking>(
  question: PolicyQuestion<C>,
  from: Place,
  to: Place,
  inode: Inode,
  replaces: boolean,
): Refusal | null {
  const source = question.ask(from, Operation.RENAME, Parts.RENAMED);
  if (source !== null) return source;
  const lost = lostBetween(question.decide(from), question.decide(to), CONTENT_OPERATIONS);
  if (lost !== 0) return { place: from, operation: Operation.RENAME, denied: lost };
  const target = question.ask(to, Operation.RENAME, replaces ? Parts.REPLACED : Parts.NAMED);
  if (target !== null || inode.directory === null) return target;
  return findMoved(question, inode, from.state, to.state);
}
