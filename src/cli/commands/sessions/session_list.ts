import type { SessionReport } from "../../../control/service/sessions.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { columns } from "../../print/format.ts";
import { print, printError, printJson, safe } from "../../print/output.ts";

export const command: Command = {
  name: "session list",
  brief: "list who works on which branch: programs in views, and cgroups",
  prints: "listSessions",
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run(input) {
    const report = await withDaemon(input, (client) => client.listSessions());
    if (input.flags.has("json")) {
      printJson(report);
      return 0;
    }
    for (const line of columns(report.sessions.map(row))) print(line);
    const { routing } = report;
    if (routing === null) return 0;
    const source = routing.source === "bpf" ? "eBPF" : `/proc (no eBPF: ${routing.why})`;
    const others = routing.strict ? "are refused" : "see main";
    printError(`callers' cgroups are told by ${source}; processes in no session ${others}`);
    return 0;
  },
};

function row(session: SessionReport): string[] {
  const { kind, branch } = session;
  return session.kind === "run"
    ? [kind, safe(branch), String(session.pid), safe(session.command)]
    : [
      kind,
      safe(branch),
      String(session.id),
      `${safe(session.cgroup)} (${session.processes} ${
        session.processes === 1 ? "process" : "processes"
      })`,
    ];
}
