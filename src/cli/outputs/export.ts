import {
  either,
  id,
  list,
  nullable,
  oneOf,
  optional,
  shape,
  text,
  whole,
} from "../../control/schema.ts";
import type { Output } from "../command.ts";

/** The first that fits is meant, so what has more fields comes first. */
export const output: Output = {
  version: 1,
  schema: either("ExportOutput", "What was exported, and where to.", [
    shape("GitExportOutput", "Checkpoints as commits of the project's repository.", {
      branch: text("Branch that was meant"),
      id: id("Checkpoint that was exported last"),
      form: oneOf(["git"], "What was made of it"),
      name: text("Branch of the repository"),
      commit: text("Commit that it is at"),
      base: nullable(text("Commit that the first checkpoint follows"), "Null if it follows none"),
      made: whole("Commits that were made now"),
      left: nullable(
        text("Commit that the branch was at, if it does not lead there any more"),
        "Null if it went on from where it was",
      ),
    }),
    shape("DirectoryExportOutput", "A directory.", {
      branch: text("Branch that was meant"),
      id: nullable(id("Checkpoint that was exported"), "Null for the working tree"),
      form: oneOf(["directory"], "What was made of it"),
      path: text("Directory that was filled"),
      entries: whole("Files, directories and links that were written"),
      notes: list(
        shape("ExportNote", "A path that is not all that it should be.", {
          path: text("For people"),
          reason: text("What it lacks, or why it was left alone"),
        }),
        "Of each path that could not be written as it is",
      ),
    }),
    shape("FileExportOutput", "An archive or a patch.", {
      branch: text("Branch that was meant"),
      id: nullable(id("Checkpoint that was exported"), "Null for the working tree"),
      form: oneOf(["tar", "patch"], "What was made of it"),
      path: optional(text("File that was written")),
      entries: whole("Files, directories and links in it; of a patch, files"),
      bytes: whole("Bytes that were written"),
    }),
  ]),
};
