import { StatusReport } from "../../control/methods/daemon/status.ts";
import { list, shape } from "../../control/schema.ts";
import type { Output } from "../command.ts";
import { Warning } from "./warning.ts";

export const output: Output = {
  version: 1,
  schema: shape("DaemonOutput", "How the daemon is that was started.", {
    ...StatusReport.entries,
    warnings: list(Warning, "What is to be known of the place"),
  }),
};
