import type { CommandInput, OptionSpec } from "./command.ts";

/** `--branch`, the same for every command that works on a history. */
export const BRANCH_OPTION: OptionSpec = {
  value: "B",
  short: "b",
  brief: "branch; else the one you stand in, main",
};

/** What brings files back has it: see `print/build_cache_warnings.ts`. */
export const TOUCH_OPTION: OptionSpec = {
  brief: "give changed files a new time, for build caches",
};

/** What a request says of it. */
export function touched({ flags }: CommandInput): { touch?: true } {
  return flags.has("touch") ? { touch: true } : {};
}

export const DRY_RUN_OPTION: OptionSpec = { short: "n", brief: "only say what would change" };

/** What a REF may be, for the help of every command that takes one. */
export const REF_HELP =
  `REF is a label, a number of agentvfs log, an id or a unique prefix of one, HEAD,
HEAD~n, or a branch.`;
