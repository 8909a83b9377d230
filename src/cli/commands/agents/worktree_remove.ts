import { findDaemon } from "../../../daemon/workspaces/find_daemon.ts";
import { branchAt } from "../../../daemon/workspaces/place_in_mount.ts";
import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { connectTo } from "../../daemon_client.ts";
import { removeWorktree } from "./git_worktree.ts";
import { hookInput } from "./hook_input.ts";
import { print } from "../../print/output.ts";

export const command: Command = {
  name: "worktree remove",
  brief: "hook of Claude Code: what was in a worktree is recorded, then it goes",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  details: `Reads the JSON of the event WorktreeRemove. A branch stays as a checkpoint, which
is printed; a worktree of git with work that is not committed is left.`,
  async run() {
    const { worktree_path: path } = await hookInput();
    if (typeof path !== "string" || path === "") throw usageError("The JSON has no worktree_path");
    const found = await findDaemon({ directory: path }).catch(() => null);
    const tree = found === null || found.place === null ? null : await branchAt(found.place);
    if (found === null || tree === null) {
      await removeWorktree(path);
      return 0;
    }
    using client = await connectTo(found);
    print((await client.deleteBranch({ name: tree.branch })).head);
    return 0;
  },
};
