import { always, group, optional, shape, text } from "../../control/schema.ts";
import * as v from "valibot";
import type { Output } from "../command.ts";

/** What every command prints with `--json` when it is refused. */
export const output: Output = {
  version: 1,
  schema: shape("Refusal", "What every command prints when it is refused.", {
    ok: always(false, "Nothing was done, or not all"),
    error: group({
      code: text("Stable: programs may compare it"),
      message: text("A sentence for people"),
      exit: v.pipe(v.picklist([1, 2, 3, 4]), v.description("Exit code of the command")),
      hint: optional(text("What to do next")),
      details: optional(v.pipe(v.unknown(), v.description("Depends on the code"))),
    }, "Why"),
  }),
};
