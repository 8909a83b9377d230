import { either } from "../../control/schema.ts";
import { CheckpointReport, RollbackReport } from "../../control/shapes/history.ts";
import { MergeReport } from "../../control/methods/merge/merge.ts";
import { TestedMergeReport } from "../../control/shapes/tested_merge.ts";
import type { Output } from "../command.ts";

/** The first that fits is meant, so what has more fields comes first. */
export const output: Output = {
  version: 1,
  schema: either(
    "MergeOutput",
    "What was merged, or, with `--test`, tested; with `--continue` a checkpoint; with `--abort` where the branch is again.",
    [
      TestedMergeReport,
      MergeReport,
      RollbackReport,
      CheckpointReport,
    ],
  ),
};
