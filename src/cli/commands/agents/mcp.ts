import { ENDING_SIGNALS } from "../../../host/signals.ts";
import { serveMcp } from "../../../agents/mcp/serve.ts";
import type { Workspace } from "../../../agents/mcp/workspace.ts";
import type { MethodName } from "../../../control/methods.ts";
import type { Command, CommandInput } from "../../command.ts";
import { print } from "../../print/output.ts";
import { VERSION } from "../../version.ts";

export const command: Command = {
  name: "mcp",
  brief: "serve the checkpoints to an agent as tools, over MCP",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  details: `Speaks the Model Context Protocol on its standard input and output: an agent
starts it, in the project or its mount. docs/mcp.md lists the tools.
agentvfs integrate tells agents of it.`,
  async run(input) {
    // An agent ends it with a signal; what the daemon was asked for by then, it does.
    for (const signal of ENDING_SIGNALS) Deno.addSignalListener(signal, () => Deno.exit(0));
    const info = { name: "agentvfs", title: "agentvfs", version: VERSION };
    await serveMcp(workspaceOf(input), info, { input: Deno.stdin, write: print });
    return 0;
  },
};

/** The parameter by which a method is told its branch: who stands in the directory of one means that. */
const BRANCH_PARAMETER: Readonly<Partial<Record<MethodName, string>>> = {
  ...Object.fromEntries(
    [
      ...["status", "checkpoint", "log", "show", "diff", "rollback", "restore", "undo", "redo"],
      ...["continueMerge", "abortMerge", "apply"],
    ].map((method) => [method, "branch"]),
  ),
  merge: "into",
  createBranch: "from",
};

/** Each call finds its daemon anew, since one may be started, stopped or replaced while the agent lives. */
function workspaceOf(input: CommandInput): Workspace {
  return {
    async ask(method, params) {
      const { withDaemon } = await import("../../daemon_client.ts");
      return await withDaemon(input, (client, { tree }) => {
        const meant = BRANCH_PARAMETER[method];
        const here = tree === null || meant === undefined ? {} : { [meant]: tree.branch };
        return client.call(method, { ...here, ...params });
      });
    },
    async warning() {
      const { absolutePath } = await import("../../../host/current_directory.ts");
      const { findMount } = await import("../../../daemon/workspaces/find_daemon.ts");
      const directory = absolutePath(input.values.get("project") ?? ".");
      if ((await findMount(directory)).mount !== null) return null;
      return `Not protected: ${directory} is not in the mount, so what is done there is not recorded. ` +
        "Work in the mount, or start the agent with agentvfs run";
    },
  };
}
