import { listNamed } from "../../../daemon/workspaces/named_workspace.ts";
import type { Command } from "../../command.ts";
import { operational, ROOT_OPTION, shownWorkspace } from "../../named_workspace_command.ts";
import { print, printJson } from "../../print/output.ts";

export const command: Command = {
  name: "workspace list",
  brief: "list workspaces: name, status, mount",
  prints: () => import("../../outputs/workspace_list.ts"),
  positionals: { usage: "", min: 0, max: 0 },
  options: { root: ROOT_OPTION },
  run: (input) =>
    operational(async () => {
      const workspaces = await Promise.all((await listNamed()).map(shownWorkspace));
      if (input.flags.has("json")) printJson({ workspaces });
      else {for (const { name, status, mount } of workspaces) {
          print([name, status, mount].join("\t"));
        }}
      return 0;
    }),
};
