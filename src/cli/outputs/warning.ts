import { shape, text } from "../../control/schema.ts";

/** A part of what several commands print. */
export const Warning = shape("Warning", "Something that may surprise, and what to do about it.", {
  code: text("Stable: programs may compare it"),
  message: text("A sentence for people"),
  hint: text("What to do"),
});
