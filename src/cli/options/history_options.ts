import type { CommandInput, OptionSpec } from "../command.ts";

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
  `REF is a label, number or id (or its beginning) of agentvfs log, HEAD, HEAD~n,
branch, tool call's id, or prompt:ID, the state before it (prompt: the last).`;

/** The ref that means a prompt; without an id the last one. */
export function promptRef(id: string): string {
  return `prompt:${id}`;
}
