import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { printFilters } from "../../telemetry/filter_output.ts";

export const command: Command = {
  name: "telemetry filter remove",
  brief: "a filter sees nothing any more",
  prints: "removeFilter",
  positionals: { usage: "NAME", min: 1, max: 1, completes: { NAME: "filter" } },
  options: {},
  details: "Rules of the policy that ask it get what they say for the case of no answer.",
  async run(input) {
    const [name] = input.positionals as [string];
    printFilters(input, await withDaemon(input, (client) => client.removeFilter({ name })));
    return 0;
  },
};
