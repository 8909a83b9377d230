import { defineMethod } from "../../method.ts";
import { id, type Infer, list, name, optional, shape, text } from "../../schema.ts";
import { ReviewItem } from "../../shapes/review.ts";

export const ReviewReport = shape(
  "ReviewReport",
  "What a branch has that the one it is to be merged into has not.",
  {
    branch: text("That is reviewed"),
    into: text("Branch it would be merged into"),
    from: id("Of the checkpoint that both have in common"),
    to: id("Of a checkpoint that was made of the branch as it is"),
    items: list(ReviewItem, "By path"),
  },
);
export type ReviewReport = Infer<typeof ReviewReport>;

export const method = defineMethod({
  brief: "What a branch changed, as things that can be taken one by one with `take`",
  version: 1,
  who: "outside",
  params: {
    branch: name("The branch that is reviewed"),
    into: optional(name("Branch it is to be merged into; default: that it was made from, or main")),
  },
  result: ReviewReport,
});
