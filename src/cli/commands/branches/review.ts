import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { given, withDaemon } from "../../daemon_client.ts";
import { FORCE_LARGE_OPTION } from "../../large_change.ts";
import { print, safe } from "../../print/output.ts";
import { chooseColour, DISPLAY_OPTIONS } from "../../print/pager.ts";
import { reviewBranch } from "../../review/review_branch.ts";
import { checkTerminal } from "../../review/review_terminal.ts";

export const command: Command = {
  name: "review",
  brief: "take or leave what a branch changed, hunk by hunk",
  prints: null,
  positionals: { usage: "BRANCH", min: 1, max: 1 },
  options: {
    into: { value: "B", brief: "branch to merge into; else that it was made from" },
    label: { value: "L", mayBeEmpty: true, short: "l", brief: "label of the checkpoint it makes" },
    apply: { brief: "bring what is taken into the project as well" },
    "force-large": FORCE_LARGE_OPTION,
    ...DISPLAY_OPTIONS,
  },
  details: `Asks about each change since the branch began, with the keys of git add -p.
What is taken is merged as one checkpoint, the rest stays in the branch, so
that it can be reviewed later. agentvfs undo takes the merge back.`,
  example: "review fix-login",
  async run(input) {
    if (input.flags.has("json")) {
      throw usageError("agentvfs review asks people", "Programs use the methods review and take");
    }
    checkTerminal("agentvfs review");
    chooseColour(input);
    const [branch] = input.positionals;
    const say = (text: string) => print(safe(text));
    const { differed } = await reviewBranch(input, {
      branch: branch!,
      ...given(input, "into", "into"),
      ...given(input, "label", "label"),
      ask: (call) => withDaemon(input, call),
      apply: input.flags.has("apply"),
      say,
    });
    if (!differed) say(`nothing to review in branch ${branch}`);
    return 0;
  },
};
