import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { printPolicy } from "../../telemetry/policy_output.ts";

export const command: Command = {
  name: "policy show",
  brief: "list the rules there are",
  prints: "showPolicy",
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run(input) {
    printPolicy(input, await withDaemon(input, (client) => client.showPolicy()));
    return 0;
  },
};
