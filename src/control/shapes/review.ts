/**
 * What several methods say about changes that are taken one by one.
 *
 * @module
 */

import { type Infer, list, nullable, optional, shape, text, truth, whole } from "../schema.ts";
import { Change } from "./history.ts";

export const Hunk = shape("Hunk", "Lines of a text file that differ, with some around them.", {
  oldStart: whole("First line in the old text, from 1"),
  newStart: whole("First line in the new text, from 1"),
  lines: list(
    text("A blank, `-` or `+`, and the line with its line feed"),
    "One character for each byte",
  ),
});
export type Hunk = Infer<typeof Hunk>;

export const ReviewItem = shape("ReviewItem", "Something that can be taken or left.", {
  change: Change,
  paths: whole("Changed paths that belong to it"),
  hunks: nullable(list(Hunk, "The lines that differ"), "Null where there are none to be shown"),
  divisible: truth("Its hunks can be taken one by one"),
  oldMode: optional(text("Octal; absent where it is new")),
  mode: optional(text("Octal; absent where it is gone")),
});
export type ReviewItem = Infer<typeof ReviewItem>;
