import { defineMethod } from "../../method.ts";
import { FiltersReport } from "../../shapes/filters.ts";

export const method = defineMethod({
  brief: "The filters of the workspace, and how they are",
  version: 1,
  who: "outside",
  params: {},
  result: FiltersReport,
});
