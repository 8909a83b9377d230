/**
 * What several methods say about changes that are taken one by one.
 *
 * @module
 */

import {
  allBytes,
  count,
  flag,
  groups,
  type Infer,
  list,
  nullable,
  optional,
  place,
  places,
  shape,
  text,
  truth,
  whole,
} from "../schema.ts";
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

/** What is taken of a review: parameters of methods. */
export const CHOICES = {
  all: optional(flag("Everything is taken")),
  whole: optional(places("Items of the review, from 0, that are taken as a whole")),
  parts: optional(
    groups({
      item: place("Of the review, from 0"),
      attributes: optional(flag("Mode, owner and extended attributes are taken too")),
      hunks: places("Hunks of the item, from 0, that are taken as they are"),
      edited: groups({
        oldStart: count("First line in the old text, from 1"),
        lines: allBytes("As in `Hunk`"),
      }, "Hunks that were split or edited"),
    }, "Items of which some lines are taken"),
  ),
};
