import { lockNamed, makeNamed, readNamed } from "../../../daemon/workspaces/named_workspace.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import type { Command } from "../../command.ts";
import { CommandError, usageError } from "../../command_error.ts";
import { mountPlace } from "../../options/daemon_options.ts";
import {
  operational,
  printLines,
  ROOT_OPTION,
  workspaceName,
} from "../../named_workspace_command.ts";
import { VERSION } from "../../version.ts";

export const command: Command = {
  name: "workspace init",
  brief: "name a workspace of a project",
  prints: () => import("../../outputs/workspace_init.ts"),
  positionals: { usage: "NAME", min: 1, max: 1 },
  options: {
    from: { value: "DIR", brief: "the project; it is only read" },
    mount: { value: "DIR", brief: "where it will be mounted; else a place of its own" },
    "allow-root": { brief: "let root use the mount" },
    root: ROOT_OPTION,
  },
  details: `The project is imported when the workspace is started first. There may be
several workspaces of one project, each with its own checkpoints.`,
  example: "workspace init shop --from ~/work/shop",
  run: (input) =>
    operational(async () => {
      const name = workspaceName(input.positionals[0]);
      const from = input.values.get("from");
      if (!from) throw usageError("agentvfs workspace init needs --from DIR");
      using _lock = await lockNamed(name);
      if (await readNamed(name) !== null) {
        throw new CommandError("workspace_exists", 1, `There is a workspace ${name} already`, {
          hint: `Use it: agentvfs workspace start ${name}; or agentvfs workspace delete ${name}`,
        });
      }
      const { source } = await makeNamed(name, {
        from: absolutePath(from),
        mount: await mountPlace(input.values.get("mount")),
        allowRoot: input.flags.has("allow-root"),
        version: VERSION,
      });
      printLines(input, { name, source, seeded_from: source, status: "initialized" });
      return 0;
    }),
};
