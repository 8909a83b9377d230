import { defineMethod } from "../../method.ts";
import { noWords } from "../../plain_form.ts";
import { StatusReport } from "../../service/daemon.ts";
import { BRANCH } from "../../service/history.ts";

export const method = defineMethod({
  brief: "How the daemon and one of its branches are",
  version: 1,
  who: "branch",
  params: BRANCH,
  result: StatusReport,
  plain: {
    usage: "status",
    adds: "`commit`, `bootstrap_pending` and other keys of the original",
    params(given) {
      noWords("status", given);
      return {};
    },
    /** The keys that the original's clients read, then the whole report. */
    reply: (report) => ({
      commit: report.head?.id ?? "",
      bootstrap_pending: report.import.state === "running",
      session_active: false,
      ebpf_available: false,
      telemetry_drops_total: 0,
      policy_version: 0,
      ...report,
    }),
  },
});
