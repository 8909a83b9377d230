import type { MergeStrategy } from "../../control/service/merge.ts";
import type { OptionSpec } from "../command.ts";
import { usageError } from "../command_error.ts";

/** As `MERGE_STRATEGIES` of the methods, which a command does not load. */
const STRATEGIES = ["conflict", "ours", "theirs", "union", "markers"] as const;

/** How conflicts are decided, the same for every command that merges. */
export const STRATEGY_OPTION: OptionSpec = {
  value: "S",
  short: "s",
  brief: `for conflicts: ${STRATEGIES.slice(1).join(", ")}`,
  completes: STRATEGIES,
};

export function strategyOf(text: string | undefined): { strategy?: MergeStrategy } {
  if (text === undefined) return {};
  const known = STRATEGIES.find((name) => name === text);
  if (known !== undefined) return { strategy: known };
  throw usageError(`--strategy is one of ${STRATEGIES.join(", ")}, not ${JSON.stringify(text)}`);
}
