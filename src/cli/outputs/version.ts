import { shape, text, truth } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("VersionOutput", "The program.", {
    version: text("Of the program"),
    deno: text("Of the runtime"),
    v8: text("Of its engine"),
    target: text("Machine and system it was made for"),
    standalone: truth("It is one executable"),
  }),
};
