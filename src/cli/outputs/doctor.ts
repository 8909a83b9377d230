import { list, oneOf, optional, shape, text, truth } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("DoctorOutput", "What was found on this machine.", {
    ok: truth("A mount can work"),
    checks: list(
      shape("Check", "Something that was looked at.", {
        name: text("What was looked at"),
        state: oneOf(
          ["ok", "warn", "fail"],
          "`warn`: it works, though less well; `fail`: a mount cannot work",
        ),
        found: text("What was found"),
        fix: optional(text("Command, or sentence, that helps")),
      }),
      "One of each thing",
    ),
  }),
};
