import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";

/** Started by `agentvfs run --watch` only. */
export const command: Command = {
  name: "__watch",
  brief: "hear of the system calls of a run",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run() {
    const { watchAsked } = await import("../../../daemon/runs/linux/run_watch.ts");
    const watch = watchAsked();
    if (watch === null) {
      throw new CommandError("not_for_people", 2, "__watch is started by agentvfs run only", {
        hint: "Use agentvfs run --watch",
      });
    }
    watch();
    return 0;
  },
};
