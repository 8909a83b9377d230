import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { printFilters } from "../../telemetry/filter_output.ts";

export const command: Command = {
  name: "telemetry filter list",
  brief: "the filters of this workspace, and how they are",
  prints: "listFilters",
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run(input) {
    printFilters(input, await withDaemon(input, (client) => client.listFilters({})));
    return 0;
  },
};
