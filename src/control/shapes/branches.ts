/**
 * What several methods say about branches.
 *
 * @module
 */

import { type Infer, nullable, shape, text, time, truth, whole } from "../schema.ts";
import { Head } from "./history.ts";

export const BranchReport = shape(
  "BranchReport",
  "A branch, and how far it went from its parent.",
  {
    name: text("As it is called in requests"),
    number: whole("Of main 0; those of deleted branches are used again"),
    parent: nullable(text("The branch it was made from"), "Null for main"),
    created: time("When it was made"),
    head: Head,
    ahead: nullable(
      whole("Checkpoints that only it has"),
      "Null where there is no parent to compare with",
    ),
    behind: nullable(
      whole("Checkpoints that only its parent has"),
      "Null where there is no parent to compare with",
    ),
    dirty: truth("Its working tree differs from its head"),
    path: text("Where it is in the mount"),
  },
);
export type BranchReport = Infer<typeof BranchReport>;
