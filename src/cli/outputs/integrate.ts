import { list, oneOf, shape, text, truth } from "../../control/schema.ts";
import type { Output } from "../command.ts";

const File = shape("IntegratedFile", "A file that an agent reads.", {
  path: text("Where it is"),
  action: oneOf(["create", "edit", "remove", "keep"], "What was done, or would be"),
  lines: list(
    text("With `+` or `-` before it"),
    "Lines that were put in or taken out, of files that are edited",
  ),
  kept: list(text("A sentence"), "What was left as it is, and why"),
});

export const output: Output = {
  version: 1,
  schema: shape("IntegrateOutput", "What was written for agents.", {
    dryRun: truth("Nothing was done"),
    uninstall: truth("It was taken out"),
    agents: list(text("Name"), "Those it was for"),
    scope: text("`user`, or the directory of the project"),
    files: list(File, "In the order in which they were written"),
    next: list(text("A sentence"), "What the person does next"),
  }),
};
