import { defineMethod } from "../../method.ts";
import { type Infer, nullable, optional, shape, text, truth, whole, words } from "../../schema.ts";

export const AutoReport = shape("AutoReport", "When checkpoints are made by themselves.", {
  policy: text("In words, as it is set"),
  calls: truth("What agents' hooks tell of becomes checkpoints"),
  quietMs: nullable(whole("When nothing was written for so long, ms"), "Null: not"),
  deletions: nullable(
    whole("Before more is deleted, when so many names went soon after each other"),
    "Null: not",
  ),
  timerMs: nullable(whole("Every so often, ms"), "Null: not"),
});
export type AutoReport = Infer<typeof AutoReport>;

export const method = defineMethod({
  brief: "When checkpoints are made by themselves; sets it if `policy` is given. " +
    "Rejects with `bad_params`",
  version: 1,
  who: "outside",
  params: {
    policy: optional(
      words("`off`, `all`, or some of `calls`, `quiet:30s`, `mass-delete:50`, `timer:5m`"),
    ),
  },
  result: AutoReport,
});
