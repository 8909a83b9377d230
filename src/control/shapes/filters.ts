/**
 * What several methods say about filters (docs/filters.md).
 *
 * @module
 */

import { type Infer, list, nullable, oneOf, shape, text, whole } from "../schema.ts";

export const FilterReport = shape(
  "FilterReport",
  "A filter of the workspace.",
  {
    name: text("Its name"),
    kind: oneOf(["wasm", "lua"], "What it is written in"),
    file: text("The copy that runs"),
    state: oneOf(
      ["starting", "running", "disabled", "stopped"],
      "`disabled`: it was given up, `trouble` says why",
    ),
    trouble: nullable(text("What went wrong last"), "Null: nothing did"),
    failures: whole("Events on which it failed"),
    lock: oneOf(
      ["seccomp", "sandbox", "job"],
      "What the system locks its process in with: of Linux, macOS and Windows",
    ),
    strikes: whole("Times it was killed or ended by itself lately; the third disables it"),
  },
);
export type FilterReport = Infer<typeof FilterReport>;

export const FiltersReport = shape(
  "FiltersReport",
  "The filters of the workspace.",
  { filters: list(FilterReport, "In the order in which they see an event") },
);
export type FiltersReport = Infer<typeof FiltersReport>;
