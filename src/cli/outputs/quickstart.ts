import { shape, truth } from "../../control/schema.ts";
import { StatusReport } from "../../control/methods/daemon/status.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("QuickstartOutput", "How the daemon of the project is.", {
    ...StatusReport.entries,
    reused: truth("It was running already"),
  }),
};
