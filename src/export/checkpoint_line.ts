/**
 * What a checkpoint grew from.
 *
 * @module
 */

import type { CommitInfo } from "../history/commits/commit.ts";
import { HistoryError } from "../history/commits/history_error.ts";
import type { ReadHistory } from "../history/read_history.ts";

/** The checkpoint and what it grew from, newest first, as far as that is known, to the import at the latest. */
export function checkpointLine(history: ReadHistory, commit: CommitInfo): CommitInfo[] {
  const line: CommitInfo[] = [];
  try {
    for (const at of history.line(commit)) {
      line.push(at);
      if (at.kind === "import") break;
    }
  } catch (error) {
    // So old that nothing is left of it.
    if (!(error instanceof HistoryError && error.code === "unknown_ref")) throw error;
  }
  return line;
}
