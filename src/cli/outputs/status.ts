import { SourceReport } from "../../control/methods/daemon/compare_source.ts";
import { StatusReport } from "../../control/methods/daemon/status.ts";
import { list, nullable, shape } from "../../control/schema.ts";
import type { Output } from "../command.ts";
import { Warning } from "./warning.ts";

export const output: Output = {
  version: 1,
  schema: shape("StatusOutput", "How the daemon and one of its branches are, and its project.", {
    ...StatusReport.entries,
    compared: nullable(SourceReport, "Null where it could not be compared"),
    warnings: list(Warning, "What is to be known of the project"),
  }),
};
