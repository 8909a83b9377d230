import {
  type Infer,
  list,
  nullable,
  oneOf,
  shape,
  text,
  truth,
  whole,
} from "../../control/schema.ts";
import type { Output } from "../command.ts";

const FilterTestOutput = shape("FilterTestOutput", "What a filter said of the events of a log.", {
  events: whole("Events it was given"),
  skipped: whole("Lines of the log that tell of no event"),
  allow: whole("Events it allowed"),
  watch: whole("Events it watched"),
  deny: whole("Events it denied"),
  drop: whole("Events it dropped"),
  failed: whole("Events on which it failed, or from which it did not come back"),
  trouble: nullable(text("Why it failed last"), "Null: it never did"),
  said: list(
    shape("FilterTestAnswer", "An event of which it said something.", {
      line: whole("Number of its line in the log"),
      action: text("What was done"),
      path: nullable(text("To what"), "Null: to no file"),
      verdict: oneOf(["allow", "watch", "deny"], "What it said"),
      drop: truth("Not for the log"),
      tags: list(text("A tag"), "Its tags"),
      extra: list(text("key=value"), "What it adds"),
    }),
    "The first 1000 of which it said anything but allow",
  ),
});
export type FilterTestOutput = Infer<typeof FilterTestOutput>;

export const output: Output = { version: 1, schema: FilterTestOutput };
