import { FILTER_SPEC, type FilterSpec } from "../../../filters/filter_spec.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";

/** Started by the daemon only: a filter runs in a process of its own. */
export const command: Command = {
  name: "__filter",
  brief: "run a filter of telemetry",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run() {
    const { runFilterChild } = await import("../../../filters/filter_child.ts");
    const text = Deno.env.get(FILTER_SPEC);
    if (text === undefined) {
      throw new CommandError("not_for_people", 2, "__filter is started by the daemon only", {
        hint: "Use agentvfs telemetry filter test FILE --events LOG",
      });
    }
    return await runFilterChild(JSON.parse(text) as FilterSpec);
  },
};
