/**
 * Asks what to take of a branch, and takes it.
 *
 * @module
 */

import type { ControlClient } from "../../control/client.ts";
import type { ReviewItem, TakeReport } from "../../control/service/merge.ts";
import type { CommandInput } from "../command.ts";
import { counts } from "../print/format.ts";
import { withLargeAsked } from "../large_change.ts";
import { withConflicts } from "../print/merge_output.ts";
import { print } from "../print/output.ts";
import { printLeft, withListedConflicts } from "../print/project_output.ts";
import { shellWord } from "../../host/shell_word.ts";
import { isNothing } from "./choices.ts";
import { reviewOnTerminal } from "./review_terminal.ts";
import { itemLine } from "./review_text.ts";

export interface ReviewPlan {
  readonly branch: string;
  /** Branch that it is merged into; absent: that it was made from. */
  readonly into?: string;
  /** Of the merge. */
  readonly label?: string;
  /** Bring it into the project as well. */
  readonly apply: boolean;
  /** Calls the daemon: a review may take longer than a connection lives. */
  ask<T>(call: (client: ControlClient) => Promise<T>): Promise<T>;
  /** Tells what has become of it. */
  say(text: string): void;
}

/** Items that are listed before the first question. */
const LISTED = 40;

export interface Reviewed {
  /** There was something to be reviewed. */
  readonly differed: boolean;
  /** There still is. */
  readonly differs: boolean;
}

/** Throws what refuses the merge, after the conflicts are listed. */
export async function reviewBranch(input: CommandInput, plan: ReviewPlan): Promise<Reviewed> {
  const { branch, ask, say } = plan;
  const into = plan.into === undefined ? {} : { into: plan.into };
  const report = await ask((client) => client.review({ branch, ...into }));
  if (report.items.length === 0) return { differed: false, differs: false };
  list(report.items);
  const choices = await reviewOnTerminal(input, report.items);
  if (choices === null || isNothing(choices)) {
    say(`nothing was taken; everything stays in branch ${branch}`);
    sayLater(plan);
    return { differed: true, differs: true };
  }
  const { from, to } = report;
  const label = plan.label === undefined ? {} : { label: plan.label };
  const taken = await withConflicts(
    input,
    () => ask((client) => client.take({ branch, ...into, from, to, ...choices, ...label })),
  );
  const reviewed = tell(plan, taken);
  if (plan.apply && taken.id !== null) await applyTaken(input, plan, taken.into, taken.id);
  return reviewed;
}

/** Brings what a merge brought into a branch into the project, too, and nothing else of the branch. */
async function applyTaken(
  input: CommandInput,
  { ask, say }: ReviewPlan,
  branch: string,
  merge: string,
): Promise<void> {
  const request = { branch, ref: merge, since: `${merge}~1`, message: `apply ${branch}` };
  try {
    const report = await withListedConflicts(
      input,
      () => branch,
      () =>
        withLargeAsked(input, (large) => ask((client) => client.apply({ ...request, ...large }))),
    );
    printLeft(report.leftAlone);
    say(`applied to ${report.to}: ${counts(report.changed)}; agentvfs undo takes that back first`);
  } catch (error) {
    say(`not applied to the project: it is in ${branch}, and agentvfs apply brings it there later`);
    throw error;
  }
}

function sayLater({ branch, say }: ReviewPlan): void {
  say(`  review it:     agentvfs review ${shellWord(branch)}`);
  say(`  drop it:       agentvfs branch delete ${shellWord(branch)}`);
}

function list(items: readonly ReviewItem[]): void {
  if (items.length < 2) return;
  for (const item of items.slice(0, LISTED)) print(itemLine(item));
  if (items.length > LISTED) print(`… and ${items.length - LISTED} more`);
  print("");
}

function tell(plan: ReviewPlan, { branch, into, changed, left }: TakeReport): Reviewed {
  const { say } = plan;
  say(`merged into ${into}: ${counts(changed)}; agentvfs undo takes it back`);
  if (left.added + left.modified + left.deleted === 0) {
    say(`nothing is left in branch ${branch}`);
    return { differed: true, differs: false };
  }
  say(`left in branch ${branch}: ${counts(left)}`);
  sayLater(plan);
  return { differed: true, differs: true };
}
