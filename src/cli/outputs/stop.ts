import { shape, text } from "../../control/schema.ts";
import { StopReport } from "../../control/methods/daemon/stop.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("StopOutput", "The daemon that ended.", {
    ...StopReport.entries,
    mount: text("Where the project was mounted"),
    source: text("Directory of the project"),
  }),
};
