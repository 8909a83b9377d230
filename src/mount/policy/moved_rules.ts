/**
 * What a move of a directory does to the rules about what is in it.
 *
 * @module
 */

import { CONTENT_OPERATIONS, Operation } from "../../policy/operation.ts";
import { lostBetween } from "../../policy/policy.ts";
import type { PathState } from "../../policy/path_automaton.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import { Status } from "../../tree/status.ts";
import type { Place } from "../tree_states.ts";
import type { Asking } from "./asking.ts";
import type { PolicyQuestion, Refusal } from "./policy_question.ts";

/** Names that are looked at. A directory with more in it to which different rules apply is not moved. */
const MOST_NAMES = 20_000;

/** What is refused where it is, and has to be where it comes to. */
const LEFT_BEHIND = CONTENT_OPERATIONS | Operation.UNLINK | Operation.RENAME;

/** What is refused to be made where it would come to. */
const MAKING = Operation.CREATE | Operation.RENAME;

/**
 * The first thing in a directory that a rule would not hold for any more once it is moved, or that a rule says is not to be
 * made where it would come to; null if there is none. Where the globs mean the same before and after, as those do that
 * begin with any depth, nothing is looked at.
 */
export function findMoved<C extends Asking>(
  question: PolicyQuestion<C>,
  directory: Inode,
  before: PathState,
  after: PathState,
): Refusal | null {
  const { tree } = question.context.view;
  const waiting: [Inode, PathState, PathState][] = [[directory, before, after]];
  let looked = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [parent, was, is] = next;
    if (was === is || tree.load(parent) !== Status.Ok) continue;
    for (const [name, { inode }] of parent.directory!.entries!) {
      const isDirectory = inode.directory !== null;
      const from = { parent, name, state: was.step(name), isDirectory };
      const to = { ...from, state: is.step(name) };
      const refusal = askEntry(question, from, to, ++looked > MOST_NAMES);
      if (refusal !== null) return refusal;
      if (isDirectory) waiting.push([inode, from.state, to.state]);
    }
  }
  return null;
}

function askEntry<C extends Asking>(
  question: PolicyQuestion<C>,
  from: Place,
  to: Place,
  tooMany: boolean,
): Refusal | null {
  if (tooMany) return { place: from, operation: Operation.RENAME, denied: -1 };
  if (from.state === to.state) return null;
  const [before, after] = [question.decide(from), question.decide(to)];
  const lost = lostBetween(before, after, LEFT_BEHIND);
  if (lost !== 0) return { place: from, operation: Operation.RENAME, denied: lost };
  const made = after.denied & MAKING & ~before.denied;
  return made === 0 ? null : { place: to, operation: Operation.RENAME, denied: made };
}
