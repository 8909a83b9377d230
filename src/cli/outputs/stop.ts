import { shape, text } from "../../control/schema.ts";
import { STOPPED } from "../../control/service/daemon.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("StopOutput", "The daemon that ended.", {
    ...STOPPED,
    mount: text("Where the project was mounted"),
    source: text("Directory of the project"),
  }),
};
