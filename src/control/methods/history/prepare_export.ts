import { defineMethod } from "../../method.ts";
import { flag, id, type Infer, nullable, optional, ref, shape, text } from "../../schema.ts";
import { BRANCH } from "../../shapes/history.ts";

export const ExportPlace = shape(
  "ExportPlace",
  "A state of the tree, for who reads the store itself. It has to keep the store's garbage from being collected.",
  {
    branch: text("Branch that is meant"),
    id: nullable(id("Checkpoint that is meant"), "Null for the working tree"),
    head: id("The branch's current checkpoint"),
    base: optional(id("Commit that has what it and the project have in common, if asked for")),
    snapshot: text("Root directory and link table, as the store's format has them"),
  },
);
export type ExportPlace = Infer<typeof ExportPlace>;

export const method = defineMethod({
  brief: "Records the working tree, without a checkpoint, and tells where a state is in the store",
  version: 1,
  who: "branch",
  params: {
    ref: optional(ref("Checkpoint that is meant; default: the working tree")),
    ...BRANCH,
    base: optional(flag("What it and the project have in common as well")),
  },
  result: ExportPlace,
});
