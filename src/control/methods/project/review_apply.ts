import { defineMethod } from "../../method.ts";
import { flag, id, type Infer, list, names, optional, ref, shape, text } from "../../schema.ts";
import { BRANCH } from "../../shapes/history.ts";
import { ReviewItem } from "../../shapes/review.ts";

export const ApplyReview = shape(
  "ApplyReview",
  "What a branch has that the project does not have yet.",
  {
    branch: text("That is reviewed"),
    from: id("Of a checkpoint of what both have in common"),
    to: id("Of a checkpoint of what would be applied"),
    items: list(ReviewItem, "By path"),
  },
);
export type ApplyReview = Infer<typeof ApplyReview>;

export const method = defineMethod({
  brief: "What an apply would bring, as things that can be taken one by one with `apply`",
  version: 1,
  who: "outside",
  params: {
    ...BRANCH,
    ref: optional(ref("Checkpoint that is applied; default: the working tree")),
    only: optional(
      names("patterns", "Only paths that match one of them, as in git's ignore files"),
    ),
    withoutGit: optional(flag("Leave `.git` alone")),
  },
  result: ApplyReview,
});
