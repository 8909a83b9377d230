import type { OptionSpec } from "./command.ts";

/** `--branch`, the same for every command that works on a history. */
export const BRANCH_OPTION: OptionSpec = {
  value: "B",
  short: "b",
  brief: "branch; else the one you stand in, main",
};

export const DRY_RUN_OPTION: OptionSpec = { short: "n", brief: "only say what would change" };

/** What a REF may be, for the help of every command that takes one. */
export const REF_HELP =
  `REF is a label, a number of agentvfs log, an id or a unique prefix of one, HEAD,
HEAD~n, or a branch.`;
