import { defineTool, RECORDS } from "../tool.ts";
import { counted, named } from "../words.ts";

export const checkpoint = defineTool({
  name: "checkpoint",
  title: "Make a checkpoint",
  description:
    "Records the whole working tree, also files that git ignores, in milliseconds. Make one before anything risky or broad, " +
    "and when something works. Give a short label that says what the state is: rollback takes it.",
  hints: RECORDS,
  method: "checkpoint",
  params: ["label", "message", "branch"],
  fields: ["id", "label", "branch", "changed"],
  text: (made) => `Checkpoint ${named(made)} on branch ${made.branch}: ${counted(made.changed)}`,
});
