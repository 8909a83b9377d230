/**
 * The answers of a review as the daemon takes them.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { ReviewItem } from "../../control/service/merge.ts";
import type { Question } from "./question.ts";

export type Choices = Pick<Params<"take">, "all" | "whole" | "parts">;

/** What is undecided is left. */
export function choicesOf(items: readonly ReviewItem[], questions: readonly Question[]): Choices {
  const whole: number[] = [];
  const parts: NonNullable<Choices["parts"]> = [];
  for (const [item, own] of Map.groupBy(questions, (question) => question.item)) {
    const taken = own.filter((question) => question.taken);
    const isAsItIs = own.every(({ what, hunk }) => what !== "hunk" || hunk !== null);
    if (taken.length === own.length && isAsItIs) whole.push(item);
    else if (taken.length > 0) parts.push(partOf(item, taken));
  }
  if (whole.length === items.length) return { all: true };
  return { whole, parts };
}

/** True if nothing is taken. */
export function isNothing({ all = false, whole = [], parts = [] }: Choices): boolean {
  return !all && whole.length === 0 && parts.length === 0;
}

function partOf(item: number, taken: readonly Question[]): NonNullable<Choices["parts"]>[number] {
  const hunks = taken.filter(({ what }) => what === "hunk");
  return {
    item,
    attributes: taken.some(({ what }) => what === "attributes"),
    hunks: hunks.flatMap(({ hunk }) => hunk ?? []),
    edited: hunks.filter(({ hunk }) => hunk === null).flatMap(({ hunks }) =>
      hunks.map(({ oldStart, lines }) => ({ oldStart, lines }))
    ),
  };
}
