import { defineMethod } from "../../method.ts";
import { name } from "../../schema.ts";
import { FiltersReport } from "../../shapes/filters.ts";

export const method = defineMethod({
  brief: "A filter sees nothing any more. Rejects with `unknown_filter`",
  version: 1,
  who: "outside",
  params: { name: name("Which") },
  result: FiltersReport,
});
