import { defineMethod } from "../../method.ts";
import { choice, name } from "../../schema.ts";
import { FiltersReport } from "../../shapes/filters.ts";

export const method = defineMethod({
  brief:
    "A filter sees the events of the workspace from now on, and after every start. Resolves when it runs. Rejects with " +
    "`bad_name`, `filter_exists`, `not_a_filter`, `filter_failed`, `no_filters_here`",
  version: 1,
  who: "outside",
  params: {
    name: name("Letters, digits, `-` and `_`, 64 at most"),
    kind: choice(["wasm", "lua"], "What it is written in"),
    content: name("The file, in base64"),
  },
  result: FiltersReport,
});
