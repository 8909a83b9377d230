/**
 * Worktrees of git, for directories that are in no mount: an agent whose worktrees a hook makes has no others.
 *
 * @module
 */

import { join } from "node:path";
import { CommandError } from "../../command_error.ts";

/** Where Claude Code itself puts them. */
const PLACE = ".claude/worktrees";

/** Makes one, or finds the one of that name, and resolves with its path. */
export async function addWorktree(directory: string, name: string): Promise<string> {
  const root = await git(directory, "rev-parse", "--show-toplevel");
  const path = join(root, PLACE, name);
  if (await Deno.stat(join(path, ".git")).catch(() => null) !== null) return path;
  const branch = `worktree-${name}`;
  const isThere = await git(root, "rev-parse", "--verify", "--quiet", `refs/heads/${branch}`)
    .then(() => true, () => false);
  await git(root, "worktree", "add", ...(isThere ? [path, branch] : ["-b", branch, path]));
  return path;
}

/** Removes one. git refuses where something in it is not committed, and then it stays. */
export async function removeWorktree(path: string): Promise<void> {
  const common = await git(path, "rev-parse", "--path-format=absolute", "--git-common-dir");
  await git(common, "worktree", "remove", path);
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const git = new Deno.Command("git", { args: ["-C", directory, ...args], stdin: "null" });
  const { success, stdout, stderr } = await git.output().catch((cause) => {
    throw new CommandError("no_git", 4, `git cannot be run: ${(cause as Error).message}`, {
      cause,
    });
  });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (success) return text(stdout);
  throw new CommandError("git_refused", 1, `git ${args[0]} in ${directory}: ${text(stderr)}`);
}
