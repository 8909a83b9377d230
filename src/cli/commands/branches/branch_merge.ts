import type { Command } from "../../command.ts";
import { command as mergeCommand, merge } from "../history/merge.ts";

/** The original's spelling of `agentvfs merge`. */
export const command: Command = {
  name: "branch merge",
  brief: mergeCommand.brief,
  prints: "merge",
  positionals: { usage: "SRC", min: 1, max: 1 },
  options: {
    into: mergeCommand.options.into!,
    label: mergeCommand.options.label!,
  },
  run: merge,
};
