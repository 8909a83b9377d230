import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { namedSession, printSession, SESSION_OPTIONS } from "../../print/session_output.ts";

export const command: Command = {
  name: "session unregister",
  brief: "let the processes of a cgroup see what those above it see",
  prints: "unregisterSession",
  positionals: { usage: "", min: 0, max: 0 },
  options: SESSION_OPTIONS,
  async run(input) {
    const session = namedSession(input);
    const report = await withDaemon(input, (client) => client.unregisterSession(session));
    printSession(input, report, "no more session");
    return 0;
  },
};
