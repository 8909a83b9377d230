/**
 * Catches of a project that is, or has in it, a git worktree whose repository is elsewhere.
 *
 * @module
 */

import { gitElsewhere } from "../../daemon/workspaces/git_elsewhere.ts";
import { grouped } from "./format.ts";
import type { Warning } from "./warning.ts";

export async function gitWarnings(source: string): Promise<Warning[]> {
  const found = await gitElsewhere(source);
  const own = found.find(({ worktree }) => worktree === "");
  const [first, ...more] = found.filter(({ worktree }) => worktree !== "");
  const warnings: Warning[] = [];
  if (own !== undefined) {
    warnings.push({
      code: "git_elsewhere",
      message: `git commits made in the mount go to ${own.repository}, where no rollback reaches`,
      hint: "work on a clone with a .git of its own",
    });
  }
  if (first !== undefined) {
    const others = more.length === 0 ? "" : ` (and of ${grouped(more.length)} more)`;
    warnings.push({
      code: "git_worktree",
      message: `${first.worktree} is a linked git worktree${others}: commits made there in the ` +
        `mount go to ${first.repository}, where no rollback reaches`,
      hint: "agentvfs run shows a branch at the project's own path, and there git stays in it; " +
        "or git worktree repair --relative-paths (git 2.48)",
    });
  }
  return warnings;
}
