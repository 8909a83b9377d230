/**
 * What becomes of what a program left in the branch that it was run on.
 *
 * @module
 */

import type { ControlClient } from "../control/client.ts";
import type { Change, ChangeCounts } from "../control/service/history.ts";
import type { Ask } from "../control/library/ask.ts";
import { CommandError, describeError } from "./command_error.ts";
import type { CommandInput } from "./command.ts";
import { counts } from "./print/format.ts";
import { statAndPatch } from "./print/diff_output.ts";
import { withConflicts } from "./print/merge_output.ts";
import { printError, safe } from "./print/output.ts";
import { shellWord } from "../host/shell_word.ts";
import { chooseColour, showPaged } from "./print/pager.ts";
import { reviewBranch } from "./review/review_branch.ts";

export interface EndedRun {
  readonly branch: string;
  /** The branch's head when the program began. */
  readonly before: string;
  /** The branch was made for this run alone. */
  readonly isNew: boolean;
  readonly code: number;
}

/**
 * Says what the program left, does with it what was asked for, and what can be done else. May be called again if the
 * server goes away meanwhile.
 */
export async function afterRun(
  input: CommandInput,
  client: ControlClient,
  run: EndedRun,
  isAgain: boolean,
): Promise<void> {
  const { branch, before, isNew, code } = run;
  const changes = await changesOf(client, run, isAgain);
  if (changes.length === 0) {
    const stays = isNew && !await isDropped(client, branch, isAgain);
    say(`nothing changed${isNew ? "" : ` in branch ${branch}`}`);
    if (stays) say(`branch ${branch} stays: others work in it`);
    return;
  }
  const label = labelOf(input);
  if (input.flags.has("checkpoint-on-exit") && !await isRecorded(client, branch, before, label)) {
    await client.checkpoint({ branch, label });
  }
  const changed = countsOf(changes);
  say(`branch ${branch} has changes: ${counts(changed)}`);
  if (input.flags.has("merge-on-success") && code === 0) return await merge(input, client, branch);
  sayWhatNext(branch);
}

/** Asks what of the branch is to be merged. The rest stays; if there is none, a branch that was made for the run goes. */
export async function reviewRun(input: CommandInput, ask: Ask, run: EndedRun): Promise<void> {
  const { branch, before, isNew } = run;
  const label = labelOf(input);
  chooseColour(input);
  if (input.flags.has("checkpoint-on-exit")) {
    await ask(async (client) => {
      if ((await changesOf(client, run, false)).length === 0) return;
      if (!await isRecorded(client, branch, before, label)) {
        await client.checkpoint({ branch, label });
      }
    });
  }
  const { differed, differs } = await reviewBranch(input, {
    branch,
    label,
    apply: input.flags.has("apply"),
    ask,
    say,
  });
  if (!differed) say(`nothing changed${isNew ? "" : ` in branch ${branch}`}`);
  if (differs || !isNew) return;
  const isGone = await ask((client, isAgain) => isDropped(client, branch, isAgain));
  if (!isGone) say(`branch ${branch} stays: others work in it`);
}

/** Shows what the program changed and drops it. */
export async function dropRun(input: CommandInput, ask: Ask, run: EndedRun): Promise<void> {
  const { branch, before } = run;
  chooseColour(input);
  const details = { patch: true, lines: true, renames: true };
  const report = await ask((client) => client.diff({ branch, from: before, ...details }));
  if (report.changes.length > 0) await showPaged(input, statAndPatch(report));
  const isGone = await ask((client, isAgain) => isDropped(client, branch, isAgain));
  if (!isGone) say(`branch ${branch} stays: others work in it`);
  else say(report.changes.length > 0 ? "dropped what the program changed" : "nothing changed");
}

/** Of the checkpoint of what a run left. */
export function labelOf(input: CommandInput): string {
  return `run ${input.positionals.join(" ")}`.slice(0, 200);
}

/** What can be done with a branch. */
export function sayWhatNext(branch: string): void {
  const word = shellWord(branch);
  say(`  look at them:  agentvfs diff --branch ${word}`);
  say(`  merge them:    agentvfs merge ${word}`);
  say(`  some of them:  agentvfs review ${word}`);
  say(`  drop them:     agentvfs branch delete ${word}`);
}

/** To standard error: standard output is the program's. */
export function say(text: string): void {
  printError(`agentvfs: ${safe(text)}`);
}

/** How many of each kind. */
export function countsOf(changes: readonly Change[]): ChangeCounts {
  const of = (statuses: string) => changes.filter(({ status }) => statuses.includes(status)).length;
  return { added: of("A"), modified: of("MT"), deleted: of("D") };
}

export async function changesOf(
  client: ControlClient,
  { branch, before, isNew }: EndedRun,
  again: boolean,
): Promise<readonly Change[]> {
  try {
    return (await client.diff({ branch, from: before })).changes;
  } catch (error) {
    // It was dropped, and the answer was lost.
    if (again && isNew && describeError(error).code === "unknown_branch") return [];
    throw error;
  }
}

/** False if somebody else has come to work in the branch. */
export async function isDropped(
  client: ControlClient,
  name: string,
  isAgain: boolean,
): Promise<boolean> {
  try {
    await client.deleteBranch({ name });
    return true;
  } catch (error) {
    const { code } = describeError(error);
    if (code === "branch_in_use") return false;
    if (isAgain && code === "unknown_branch") return true;
    throw error;
  }
}

/** True if the checkpoint was made, and the answer was lost. */
export async function isRecorded(
  client: ControlClient,
  name: string,
  before: string,
  label: string,
): Promise<boolean> {
  const { head, dirty } = await client.showBranch({ name });
  return !dirty && head.id !== before && head.label === label;
}

async function merge(input: CommandInput, client: ControlClient, name: string): Promise<void> {
  try {
    await withConflicts(input, () => client.merge({ sources: [name] }));
  } catch (error) {
    const { code, message, hint } = describeError(error);
    if (code !== "merge_conflicts") throw error;
    throw new CommandError(code, 1, message, hint === undefined ? {} : { hint });
  }
  say(`merged into main; agentvfs undo takes it back`);
}
