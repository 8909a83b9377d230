import { readNamed } from "../../../daemon/workspaces/named_workspace.ts";
import type { Command } from "../../command.ts";
import {
  NAME_USAGE,
  NAME_WORDS,
  operational,
  printLines,
  ROOT_OPTION,
  shownWorkspace,
  unknownWorkspace,
  workspaceName,
} from "../../named_workspace_command.ts";

export const command: Command = {
  name: "workspace status",
  brief: "say whether a workspace is mounted, and where",
  prints: () => import("../../outputs/workspace.ts"),
  positionals: { usage: NAME_USAGE, min: 0, max: 1, completes: NAME_WORDS },
  options: { root: ROOT_OPTION },
  details: "Exit code 0 if it is started, else 1. A stale one has died: start it again.",
  run: (input) =>
    operational(async () => {
      const name = workspaceName(input.positionals[0]);
      const workspace = await readNamed(name);
      const shown = workspace === null ? unknownWorkspace(name) : await shownWorkspace(workspace);
      printLines(input, shown);
      return shown.status === "started" ? 0 : 1;
    }),
};
