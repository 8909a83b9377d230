import type { Command } from "../command.ts";
import { withDaemon } from "../daemon_client.ts";
import { columns } from "../format.ts";
import { print, printJson, safe } from "../output.ts";

export const command: Command = {
  name: "session list",
  brief: "the programs that work on branches",
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run(input) {
    const report = await withDaemon(input, (client) => client.listSessions());
    if (input.flags.has("json")) printJson(report);
    else {
      const rows = report.sessions.map(({ kind, branch, pid, command }) => [
        kind,
        branch,
        String(pid),
        safe(command),
      ]);
      for (const line of columns(rows)) print(line);
    }
    return 0;
  },
};
