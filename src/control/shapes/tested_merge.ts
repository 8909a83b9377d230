/**
 * What is said of a merge that had to pass a test.
 *
 * @module
 */

import { MergedSource } from "../methods/merge/merge.ts";
import {
  id,
  type Infer,
  list,
  ms,
  nullable,
  number,
  oneOf,
  shape,
  text,
  whole,
} from "../schema.ts";

import { ChangeCounts } from "./history.ts";

export const CandidateReport = shape("CandidateReport", "What became of a candidate.", {
  sources: list(text("As it was given"), "What was merged for it"),
  state: oneOf(
    ["passed", "failed", "conflicts", "unchanged", "untried"],
    "`passed`, `failed`: the test; `conflicts`: it cannot be merged; `unchanged`: there is nothing to merge; `untried`: another " +
      "was taken before",
  ),
  exit: nullable(whole("Exit code of the test"), "Null where there was none"),
  score: nullable(
    number("How good it is"),
    "Null where the test says none",
  ),
  merge: list(MergedSource, "What became of each source; empty where none was tried"),
  ms: ms("To merge and to test it"),
});
export type CandidateReport = Infer<typeof CandidateReport>;

export const TestedMergeReport = shape(
  "TestedMergeReport",
  "What a merge has done that had to pass a test.",
  {
    into: text("Branch"),
    state: oneOf(
      ["merged", "unchanged", "refused"],
      "`merged`: a checkpoint was made; `unchanged`: there was nothing to merge; `refused`: no candidate passed, and nothing " +
        "was changed",
    ),
    taken: nullable(
      list(text("As it was given"), "Sources of the candidate, as far as they could be merged"),
      "Null where none was taken",
    ),
    id: nullable(id("The checkpoint, which one undo takes back"), "Null where none was made"),
    label: nullable(text("Its label"), "Null if it has none"),
    candidates: list(CandidateReport, "In the order they were given"),
    changed: ChangeCounts,
    safety: nullable(id("Automatic checkpoint taken first"), "Null where nothing was unsaved"),
    ms: ms("In all"),
  },
);
export type TestedMergeReport = Infer<typeof TestedMergeReport>;
