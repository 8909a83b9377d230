import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { FORCE_LARGE_OPTION, withLargeAsked } from "../../large_change.ts";
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
  name: "workspace rollback",
  brief: "go back to a checkpoint; prints its id",
  prints: "rollback",
  positionals: { usage: "[NAME] REF", min: 1, max: 2, completes: NAME_WORDS },
  options: { "force-large": FORCE_LARGE_OPTION, root: ROOT_OPTION },
  details: "What was not recorded is recorded first.",
  example: "workspace rollback shop 'before the refactor'",
  run: (input) =>
    operational(async () => {
      const ref = input.positionals.at(-1)!;
      const name = input.positionals.length === 1 ? undefined : input.positionals[0];
      const workspace = await startedWorkspace(workspaceName(name));
      const report = await withLargeAsked(
        input,
        (large) =>
          withDaemon(inputFor(input, workspace), (client) => client.rollback({ ref, ...large })),
      );
      if (input.flags.has("json")) printJson(report);
      else print(report.id);
      return 0;
    }),
};
