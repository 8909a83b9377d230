import { defineMethod } from "../../method.ts";
import { refusedWords, takeBranch } from "../../plain_form.ts";
import { flag, type Infer, list, names, optional, ref, shape, text } from "../../schema.ts";
import { BRANCH, Change } from "../../shapes/history.ts";

export const DiffReport = shape("DiffReport", "What differs between two states of the tree.", {
  from: text("Id of a checkpoint, `working tree` or `project`"),
  to: text("Id of a checkpoint, or `working tree`"),
  changes: list(Change, "By path"),
  patch: optional(text("Unified differences of text files, if they were asked for")),
  patchBytes: optional(text("The exact bytes in base64, only where they are not UTF-8")),
});
export type DiffReport = Infer<typeof DiffReport>;

export const method = defineMethod({
  brief:
    "What differs. Without `from`: HEAD against the working tree; with `from` only: that against the working tree",
  version: 1,
  who: "branch",
  params: {
    from: optional(ref("Checkpoint that is compared")),
    to: optional(ref("Checkpoint it is compared with; default: the working tree")),
    project: optional(flag("The project as it is now is compared, instead of a checkpoint")),
    ...BRANCH,
    patch: optional(flag("Unified differences of text files too")),
    renames: optional(flag("Find files that were moved")),
    lines: optional(flag("Count the lines put in and taken out")),
    paths: optional(
      names("paths", "Only these, and what is in them. Relative to the root of the tree"),
    ),
  },
  result: DiffReport,
  plain: {
    usage: "diff [A [B]] [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      const [from, to, extra] = rest;
      if (extra !== undefined) throw refusedWords("diff takes two targets at most");
      return {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...branch,
      };
    },
  },
});
