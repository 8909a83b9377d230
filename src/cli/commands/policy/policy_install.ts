import { BUILT_IN_SETS } from "../../../policy/built_in_sets.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { readPolicies } from "../../telemetry/policy_source.ts";
import { printPolicy } from "../../telemetry/policy_output.ts";

const SETS = Object.entries(BUILT_IN_SETS)
  .map(([name, { brief }]) => `  ${name.padEnd(15)}${brief}`).join("\n");

export const command: Command = {
  name: "policy install",
  brief: "say what may be done in the mount",
  prints: "installPolicy",
  positionals: { usage: "FILE|NAME…", min: 1, max: 100 },
  options: {},
  details: `The rules take the place of those before, hold at once, and stay with the
project. A file is JSON:

  {"rules": [{"path_pattern": "infra/prod/**", "deny": "all"},
             {"path_pattern": "*.lock", "deny": "write", "branch": "agent/*"}]}

Patterns are those of gitignore; the first rule that matches holds. Programs are
told "Permission denied" (EACCES), .agentvfs/status says which rule it was.
Several files or names count one after the other; - is standard input. Sets:

${SETS}`,
  example: "policy install secrets my-rules.json",
  async run(input) {
    const text = await readPolicies(input.positionals);
    const from = [...input.positionals];
    printPolicy(input, await withDaemon(input, (client) => client.installPolicy({ text, from })));
    return 0;
  },
};
