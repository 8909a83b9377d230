import type { Command } from "../../command.ts";
import {
  inputFor,
  NAME_WORDS,
  operational,
  ROOT_OPTION,
  startedWorkspace,
  workspaceName,
} from "../../named_workspace_command.ts";
import { command as diff } from "../history/diff.ts";

export const command: Command = {
  ...diff,
  name: "workspace diff",
  brief: "show what differs in a workspace",
  positionals: { ...diff.positionals, usage: "[NAME [A [B]]] [-- PATH…]", completes: NAME_WORDS },
  options: { ...diff.options, root: ROOT_OPTION },
  example: "workspace diff shop HEAD~2 --patch -- src",
  run: (input) =>
    operational(async () => {
      const named = input.positionals.length > input.afterDashes.length;
      const workspace = await startedWorkspace(
        workspaceName(named ? input.positionals[0] : undefined),
      );
      return await diff.run(inputFor(input, workspace, input.positionals.slice(named ? 1 : 0)));
    }),
};
