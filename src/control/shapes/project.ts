/**
 * What is said about what goes between the project and a branch.
 *
 * @module
 */

import { group, type Infer, list, nullable, shape, text, time, truth, whole } from "../schema.ts";
import { ChangeCounts, LeftAlone } from "./history.ts";

export const ProjectMoved = shape(
  "ProjectMoved",
  "How the project differs from what it and the branch have in common: what a refresh would bring.",
  {
    changed: ChangeCounts,
    newest: nullable(
      group({ path: text("In the project"), time: time("When it changed") }, "What changed last"),
      "Null if nothing did, or only deletions",
    ),
    files: whole("Files of the project that were read to know it"),
    guessed: truth(
      "What both have in common is lost: it is taken to be the import, or nothing, and more conflicts",
    ),
    skipped: list(LeftAlone, "What could not be read, and is taken to be as it was"),
  },
);
export type ProjectMoved = Infer<typeof ProjectMoved>;
