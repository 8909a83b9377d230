/**
 * What is asked about in a review: a hunk, the attributes of a file, or something as a whole.
 *
 * @module
 */

import type { Hunk, ReviewItem } from "../../control/service/merge.ts";

export interface Question {
  /** Place of the item in the review. */
  readonly item: number;
  readonly what: "whole" | "attributes" | "hunk";
  /** The lines that are shown; of a hunk, one. */
  readonly hunks: readonly Hunk[];
  /** Place of the hunk in the item; null if it is only a part of one, or was edited. */
  readonly hunk: number | null;
  /** Null as long as nobody has decided. */
  taken: boolean | null;
}

/** All that is asked about some items, in their order. */
export function questionsOf(items: readonly ReviewItem[]): Question[] {
  return items.flatMap((item, place) => {
    const hunks = item.hunks ?? [];
    if (!item.divisible) return [question(place, "whole", hunks)];
    const parts = hunks.map((hunk, i) => question(place, "hunk", [hunk], i));
    return hasAttributes(item) ? [question(place, "attributes", []), ...parts] : parts;
  });
}

/** A part of a hunk, or a hunk that was edited. */
export function madeHunk({ item }: Question, hunk: Hunk, taken: boolean | null): Question {
  return { ...question(item, "hunk", [hunk]), taken };
}

function question(
  item: number,
  what: Question["what"],
  hunks: readonly Hunk[],
  hunk: number | null = null,
): Question {
  return { item, what, hunks, hunk, taken: null };
}

function hasAttributes({ change: { details = [] } }: ReviewItem): boolean {
  return details.some((detail) => detail !== "content" && detail !== "target");
}
