import { FilterQuestions } from "../../src/mount/policy/filter_questions.ts";

/** Where no rule asks a filter. */
export function noFilters(): FilterQuestions {
  return new FilterQuestions({
    mountpoint: "",
    processOf: () => ({}),
    complete: (event) => event,
    now: () => 0,
  });
}
