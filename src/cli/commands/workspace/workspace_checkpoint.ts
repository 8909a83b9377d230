import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import {
  inputFor,
  NAME_WORDS,
  operational,
  ROOT_OPTION,
  startedWorkspace,
  workspaceName,
} from "../../named_workspace_command.ts";
import { print, printJson } from "../../print/output.ts";

export const command: Command = {
  name: "workspace checkpoint",
  brief: "record a workspace; prints the checkpoint's id",
  prints: "checkpoint",
  positionals: { usage: "[NAME [LABEL]]", min: 0, max: 2, mayBeEmpty: true, completes: NAME_WORDS },
  options: { root: ROOT_OPTION },
  example: "workspace checkpoint shop 'before the refactor'",
  run: (input) =>
    operational(async () => {
      const [name, label] = input.positionals;
      const workspace = await startedWorkspace(workspaceName(name));
      const report = await withDaemon(
        inputFor(input, workspace),
        (client) => client.checkpoint(label === undefined ? {} : { label }),
      );
      if (input.flags.has("json")) printJson(report);
      else print(report.id);
      return 0;
    }),
};
