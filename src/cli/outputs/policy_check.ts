import { list, shape, text, whole } from "../../control/schema.ts";
import { PolicyRule } from "../../control/shapes/policy.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("PolicyCheckOutput", "What each rule of a policy says.", {
    rules: list(
      shape("CheckedRule", "A rule, and what may surprise.", {
        rule: PolicyRule,
        line: whole("Of its file, where it begins; those of several files are counted in one"),
        means: text("A sentence for people"),
        warnings: list(text("A sentence for people"), "What it leaves open, or never does"),
      }),
      "In their order: the first that matches holds",
    ),
    warnings: whole("How many there are"),
  }),
};
