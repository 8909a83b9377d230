import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";
import {
  BRANCH_OPTION,
  DRY_RUN_OPTION,
  promptRef,
  REF_HELP,
  TOUCH_OPTION,
  touched,
} from "../../options/history_options.ts";
import { FORCE_LARGE_OPTION, withLargeAsked } from "../../large_change.ts";
import { warnOfBuildCaches } from "../../print/build_cache_warnings.ts";
import { printConversationHint } from "../../print/conversation_hint.ts";
import { printRollback } from "../../print/rollback_output.ts";

export const command: Command = {
  name: "rollback",
  brief: "make the mount what a checkpoint recorded",
  prints: "rollback",
  positionals: { usage: "REF…", min: 0, max: Infinity },
  options: {
    "to-prompt": { brief: "to the state before a prompt: its id, else the last" },
    "dry-run": DRY_RUN_OPTION,
    touch: TOUCH_OPTION,
    "force-large": FORCE_LARGE_OPTION,
    branch: BRANCH_OPTION,
  },
  details: `${REF_HELP}
Words are joined to one label. With --to-prompt they are the prompt's id.
What was not recorded is recorded first, so agentvfs undo takes a rollback back.
To take one thing out and leave what came after it: agentvfs undo N.`,
  example: "rollback before the refactor",
  async run(input) {
    const params = {
      ref: target(input),
      ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
      ...touched(input),
    };
    const report = await withLargeAsked(
      input,
      (large) =>
        withDaemon(
          input,
          (client, daemon) =>
            client.rollback({
              ...params,
              ...large,
              ...branchMeant(input, daemon, "branch", "branch"),
            }),
        ),
    );
    printRollback(input, "rolled back to", report);
    await warnOfBuildCaches(input);
    await printConversationHint(input, report.branch);
    return 0;
  },
};

function target({ flags, positionals }: CommandInput): string {
  const words = positionals.join(" ");
  if (flags.has("to-prompt")) return promptRef(words);
  if (words !== "") return words;
  throw usageError("agentvfs rollback needs REF…", "See agentvfs rollback --help");
}
