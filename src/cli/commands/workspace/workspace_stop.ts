import { lockNamed, readNamed, writeNamed } from "../../../daemon/workspaces/named_workspace.ts";
import type { Command } from "../../command.ts";
import { connect } from "../../daemon_client.ts";
import {
  clearMount,
  inputFor,
  knownWorkspace,
  NAME_USAGE,
  NAME_WORDS,
  operational,
  printLines,
  ROOT_OPTION,
  statusOf,
  unknownWorkspace,
  workspaceName,
} from "../../named_workspace_command.ts";
import { stopDaemon } from "../../stop_daemon.ts";

const LABEL = "shutdown";

export const command: Command = {
  name: "workspace stop",
  brief: "record and unmount a workspace",
  prints: () => import("../../outputs/workspace_stop.ts"),
  positionals: { usage: NAME_USAGE, min: 0, max: 1, completes: NAME_WORDS },
  options: {
    checkpoint: {},
    "no-checkpoint": { brief: "make no checkpoint; what was done stays all the same" },
    force: { brief: "even if files in the mount are in use" },
    root: ROOT_OPTION,
  },
  details: `The checkpoint is called ${
    JSON.stringify(LABEL)
  }. If it fails, the workspace stays mounted.`,
  run: (input) =>
    operational(async () => {
      const name = workspaceName(input.positionals[0]);
      let workspace = await readNamed(name);
      let checkpoint: string | null = null;
      if (workspace !== null) {
        using _lock = await lockNamed(name);
        workspace = await knownWorkspace(name);
        if (await statusOf(workspace) === "started") {
          const { client } = await connect(inputFor(input, workspace));
          try {
            if (!input.flags.has("no-checkpoint")) {
              checkpoint = (await client.checkpoint({ label: LABEL })).id;
            }
          } catch (error) {
            client.close();
            throw error;
          }
          await stopDaemon(client, input.flags.has("force"));
        } else await clearMount(workspace);
        writeNamed({ ...workspace, state: "stopped" });
      }
      const { mount } = workspace ?? unknownWorkspace(name);
      const made = checkpoint === null ? {} : { checkpoint };
      printLines(input, { name, mount, ...made, status: "stopped" });
      return 0;
    }),
};
