import { lockNamed, removeNamed } from "../../../daemon/workspaces/named_workspace.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import {
  clearMount,
  knownWorkspace,
  NAME_WORDS,
  operational,
  printLines,
  ROOT_OPTION,
  statusOf,
  workspaceName,
} from "../../named_workspace_command.ts";

export const command: Command = {
  name: "workspace delete",
  brief: "remove a workspace and its checkpoints for good",
  prints: () => import("../../outputs/workspace_delete.ts"),
  positionals: { usage: "NAME", min: 1, max: 1, completes: NAME_WORDS },
  options: {
    force: { brief: "without being asked" },
    root: ROOT_OPTION,
  },
  details: "The project stays as it is. Asks on a terminal; elsewhere it needs --force.",
  run: (input) =>
    operational(async () => {
      const name = workspaceName(input.positionals[0]);
      await knownWorkspace(name);
      using lock = await lockNamed(name);
      const workspace = await knownWorkspace(name);
      if (await statusOf(workspace) === "started") {
        throw new CommandError("workspace_started", 1, `The workspace ${name} is mounted`, {
          hint: `agentvfs workspace stop ${name}`,
        });
      }
      if (!input.flags.has("force") && !isConfirmed(name)) {
        throw new CommandError("not_confirmed", 1, `The workspace ${name} was not deleted`, {
          hint: "All its checkpoints would be gone; if that is wanted: --force",
        });
      }
      await clearMount(workspace);
      await removeNamed(workspace, lock);
      printLines(input, { name, status: "deleted" });
      return 0;
    }),
};

function isConfirmed(name: string): boolean {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return false;
  return confirm(`Delete the workspace ${name} and all its checkpoints?`);
}
