import type { CommitInfo } from "./commit.ts";
import { HistoryError } from "./history_error.ts";

/** The commit. Throws {@linkcode HistoryError} `compacted` unless what it recorded is there. */
export function whole(commit: CommitInfo): CommitInfo {
  if (!commit.compacted) return commit;
  const name = commit.label === "" ? commit.id.slice(0, 12) : JSON.stringify(commit.label);
  throw new HistoryError(
    "compacted",
    `The contents of checkpoint ${name} are gone: it was older than what is kept`,
    { subject: commit.id },
  );
}
