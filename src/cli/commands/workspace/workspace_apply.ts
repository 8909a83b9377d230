import type { Command } from "../../command.ts";
import {
  inputFor,
  NAME_WORDS,
  operational,
  ROOT_OPTION,
  startedWorkspace,
  workspaceName,
} from "../../named_workspace_command.ts";
import { command as apply } from "../project/apply.ts";

export const command: Command = {
  ...apply,
  name: "workspace apply",
  brief: "bring what a workspace changed into its project",
  positionals: { usage: "[NAME [REF]]", min: 0, max: 2, completes: NAME_WORDS },
  options: { ...apply.options, root: ROOT_OPTION },
  example: "workspace apply shop --only 'src/**' --dry-run",
  run: (input) =>
    operational(async () => {
      const [name, ...refs] = input.positionals;
      const workspace = await startedWorkspace(workspaceName(name));
      return await apply.run(inputFor(input, workspace, refs));
    }),
};
