import { defineMethod } from "../../method.ts";
import { takeBranch } from "../../plain_form.ts";
import { choice, count, flag, type Infer, list, optional, ref, shape, text } from "../../schema.ts";
import {
  BRANCH,
  ChangeCounts,
  DRY_RUN,
  GUARD,
  LeftAlone,
  MOVED,
  TOUCH,
} from "../../shapes/history.ts";
import { ConflictReport, MERGE_STRATEGIES } from "../merge/merge.ts";

export const Undone = shape("Undone", "The one thing that was taken out of what came after it.", {
  name: text("`#12`, its number in the log; the beginning of its id where it has none"),
  kind: text("Of the checkpoint, as in `LogEntry`, or of the move, as in `LogMove`"),
  conflicts: list(ConflictReport, "Dry run, or with `markers`: those that nothing decided"),
  decided: list(ConflictReport, "Those that the strategy decided"),
});
export type Undone = Infer<typeof Undone>;

export const TakenBack = shape(
  "TakenBack",
  "What became of the project when an apply was taken back.",
  {
    changed: ChangeCounts,
    leftAlone: list(LeftAlone, "What somebody changed since, and stays"),
  },
);
export type TakenBack = Infer<typeof TakenBack>;

export const UndoReport = shape("UndoReport", "What an undo has done, or would do.", {
  ...MOVED,
  undone: optional(Undone),
  project: optional(TakenBack),
});
export type UndoReport = Infer<typeof UndoReport>;

export const method = defineMethod({
  brief:
    "Takes the last operations back, or takes out what one thing changed and leaves what came after it. Rejects with " +
    "`nothing_to_undo`, `cannot_undo`, `compacted`, `undo_conflicts` (see `details.conflicts`)",
  version: 1,
  who: "branch",
  params: {
    ...BRANCH,
    ref: optional(ref("What to take out: a number of the log, or any ref")),
    count: optional(count("How many operations to take back; default: 1")),
    strategy: optional(choice(MERGE_STRATEGIES, "How conflicts are decided, as in a merge")),
    ...DRY_RUN,
    ownOnly: optional(flag("Refuse to take an apply back, which changes the project")),
    ...TOUCH,
    ...GUARD,
  },
  result: UndoReport,
  plain: {
    usage: "undo [TARGET WORDS] [branch=B]",
    adds: "`rolled_back_to`",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      return { ...(rest.length === 0 ? {} : { ref: rest.join(" ") }), ...branch };
    },
    reply: (report) => ({ rolled_back_to: report.id, ...report }),
  },
});
