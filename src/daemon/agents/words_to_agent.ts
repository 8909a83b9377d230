/**
 * What agents are told: sentences for a model.
 *
 * @module
 */

import type { CommitInfo } from "../../history/commits/commit.ts";
import type { Denial } from "../../policy/denial.ts";
import { denialSentence } from "../../policy/denial_sentence.ts";
import type { MoveBehind } from "./moves_behind.ts";

/** Files that are named in one answer; the rest is counted. */
const MOST_NAMED = 50;

/** At the beginning of a session. */
export function greeting(branch: string, head: CommitInfo): string {
  const name = head.label === "" ? head.id.slice(0, 12) : `"${head.label}"`;
  return `This directory is kept by agentvfs: branch ${branch}, last checkpoint ${name}. ` +
    "What each tool call and shell command changes is recorded by itself, deletions too, and can be taken back. " +
    "In the project's root, `echo checkpoint NAME > .agentvfs/ctl && cat .agentvfs/ctl` records the state under a name, and " +
    "`echo rollback NAME > .agentvfs/ctl && cat .agentvfs/ctl` goes back to it (what is not recorded then is recorded first). " +
    "Both work inside sandboxes.";
}

/** After files were changed by a rollback, a merge or the like. Null if none was. */
export function changedBehind(moves: readonly MoveBehind[]): string | null {
  const paths = [...new Set(moves.flatMap(({ paths }) => paths))];
  if (paths.length === 0) return null;
  const named = paths.slice(0, MOST_NAMED);
  const more = paths.length - named.length + moves.reduce((sum, { more }) => sum + more, 0);
  const rest = more === 0 ? "" : `, and ${more} more (echo diff > .agentvfs/ctl tells)`;
  return "agentvfs: these files are not as they were at your last step. A rollback, undo, restore or merge changed, brought back " +
    `or removed them: ${named.join(", ")}${rest}. Read them again before you edit them.`;
}

/** After what was changed could not be recorded. Null if it could. */
export function notRecorded(why: string | null): string | null {
  if (why === null) return null;
  return `agentvfs: what was changed last could not be recorded (${why}). It is in the files, and in the next checkpoint ` +
    "that can be made; until then it cannot be taken back. Tell the user.";
}

/** Refusals that are told in one answer; the rest is counted. */
const MOST_REFUSALS = 5;

/** After rules refused something. Null if they did not. */
export function refusedByRules(denials: readonly Denial[]): string | null {
  if (denials.length === 0) return null;
  const told = denials.slice(0, MOST_REFUSALS).map(denialSentence);
  const more = denials.length - told.length;
  return `agentvfs: ${told.join(". ")}${more === 0 ? "" : `. So were ${more} more`}. ` +
    "The rules were set by the user, and there is no way around them: say what you need and ask.";
}
