import { join } from "node:path";
import { ServiceError } from "../../../control/service_error.ts";
import { findMount } from "../../../daemon/workspaces/find_daemon.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";
import { addWorktree } from "./git_worktree.ts";
import { hookInput } from "./hook_input.ts";
import { print } from "../../print/output.ts";

export const command: Command = {
  name: "worktree create",
  brief: "hook of Claude Code: a branch as the worktree it asks for",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  details: `Reads the JSON of the event WorktreeCreate and prints the directory: in a mount
that of a branch, which has ignored files too; elsewhere a worktree of git.`,
  async run(input) {
    const { name, cwd } = await hookInput();
    if (typeof name !== "string" || name === "") throw usageError("The JSON has no name");
    const directory = absolutePath(typeof cwd === "string" ? cwd : ".");
    const { mount } = await findMount(directory);
    const branch = branchName(name);
    print(
      mount === null
        ? await addWorktree(directory, branch)
        : await create(at(input, directory), mount, branch),
    );
    return 0;
  },
};

/** As if one stood there: the agent's directory is what counts. */
function at(input: CommandInput, directory: string): CommandInput {
  return { ...input, values: new Map([...input.values, ["project", directory]]) };
}

/** Makes the branch, or finds the one that an earlier session of the same name has. */
async function create(input: CommandInput, mount: string, name: string): Promise<string> {
  const path = await withDaemon(input, async (client, daemon) => {
    try {
      return (await client.createBranch({ name, ...branchMeant(input, daemon, "from", "from") }))
        .path;
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== "branch_exists") throw error;
      const { branches } = await client.listBranches();
      const found = branches.find((branch) => branch.name === name);
      if (found === undefined) throw error;
      return found.path;
    }
  });
  // In the view of a run it is at another place than in the mount.
  const here = join(mount, ".agentvfs/branches", name);
  return await Deno.stat(here).then(() => here, () => path);
}

/** Of what a branch may be called. */
function branchName(name: string): string {
  const allowed = name.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "").slice(0, 64);
  if (allowed === "") throw usageError(`${JSON.stringify(name)} is no name for a branch`);
  return allowed;
}
