import { id, nullable, oneOf, optional, shape, text, whole } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("ExportOutput", "What was exported, and where to.", {
    branch: text("Branch that was meant"),
    id: nullable(id("Checkpoint that was exported"), "Null for the working tree"),
    form: oneOf(["tar", "patch"], "What was made of it"),
    path: optional(text("File that was written")),
    entries: whole("Files, directories and links in it; of a patch, files"),
    bytes: whole("Bytes that were written"),
  }),
};
