import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { askKept } from "../../kept_daemon.ts";

/** Started by `agentvfs run` only, in a mount namespace of its own. */
export const command: Command = {
  name: "__view",
  brief: "become a program in a view of a branch",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run() {
    const { enterSpec } = await import("../../../daemon/runs/linux/run_view.ts");
    const spec = enterSpec();
    if (spec === null) {
      throw new CommandError("not_for_people", 2, "__view is started by agentvfs run only", {
        hint: "Use agentvfs run",
      });
    }
    return await spec.enter(async () => {
      // The last of its places is the mountpoint.
      const { socket, branch, places } = spec;
      await askKept(socket, places.at(-1)!, (client) => client.registerRun({ branch }));
    });
  },
};
