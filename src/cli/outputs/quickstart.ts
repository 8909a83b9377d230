import { StatusReport } from "../../control/methods/daemon/status.ts";
import { list, nullable, shape, text, truth } from "../../control/schema.ts";
import type { Output } from "../command.ts";
import { Warning } from "./warning.ts";

export const output: Output = {
  version: 1,
  schema: shape("QuickstartOutput", "How the daemon of the project is.", {
    ...StatusReport.entries,
    reused: truth("It was running already"),
    kept: nullable(text("Where the old store is now"), "Null if it is in use, or there was none"),
    warnings: list(Warning, "What is to be known of the place and the project"),
  }),
};
