import type { Command } from "../../command.ts";
import {
  inputFor,
  NAME_USAGE,
  NAME_WORDS,
  operational,
  ROOT_OPTION,
  startedWorkspace,
  workspaceName,
} from "../../named_workspace_command.ts";
import { command as log } from "../history/log.ts";

export const command: Command = {
  ...log,
  name: "workspace log",
  brief: "list the checkpoints of a workspace, newest first",
  positionals: { usage: NAME_USAGE, min: 0, max: 1, completes: NAME_WORDS },
  options: { ...log.options, root: ROOT_OPTION },
  example: "workspace log shop --limit 5",
  run: (input) =>
    operational(async () => {
      const workspace = await startedWorkspace(workspaceName(input.positionals[0]));
      return await log.run(inputFor(input, workspace));
    }),
};
