import { superviseAsked } from "../../../daemon/runs/supervised_run.ts";
import { say } from "../../after_run.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";

/** Started by what watches several runs, or one with a test. */
export const command: Command = {
  name: "__run",
  brief: "supervise a program that is run for another command",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run() {
    const supervise = superviseAsked();
    if (supervise === null) {
      throw new CommandError("not_for_people", 2, "__run is started by agentvfs itself only", {
        hint: "Use agentvfs run",
      });
    }
    return await supervise(say);
  },
};
