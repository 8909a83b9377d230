import { ChangeCounts } from "../../control/shapes/history.ts";
import { type Infer, list, nullable, oneOf, shape, text, whole } from "../../control/schema.ts";
import { TestedMergeReport } from "../../control/shapes/tested_merge.ts";
import type { Output } from "../command.ts";

export const RunAgentsOutput = shape(
  "RunAgentsOutput",
  "What became of several runs of one command.",
  {
    base: text("What their branches began with"),
    agents: list(
      shape("AgentRun", "A run, and what it left.", {
        agent: whole("Its number, from 1"),
        branch: text("That it was run on"),
        exit: whole("Exit code of the program; 128 and the signal's number if one ended it"),
        state: oneOf(
          ["changed", "unchanged", "kept"],
          "`changed`: the branch has what it changed; `unchanged`: it changed nothing and the branch is gone; `kept`: it " +
            "changed nothing and the branch is there, because others work in it",
        ),
        changed: ChangeCounts,
        log: nullable(text("File with what it wrote"), "Null without `--logs`"),
      }),
      "By number",
    ),
    failed: whole("How many ended with another exit code than 0"),
    merge: nullable(
      TestedMergeReport,
      "Null without `--test`, or if nothing was left to be merged",
    ),
  },
);
export type RunAgentsOutput = Infer<typeof RunAgentsOutput>;

export const output: Output = { version: 1, schema: RunAgentsOutput };
