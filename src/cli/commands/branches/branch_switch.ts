import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { namedSession, printSession, SESSION_OPTIONS } from "../../print/session_output.ts";

export const command: Command = {
  name: "branch switch",
  brief: "let a session see another branch",
  prints: "switchSession",
  positionals: { usage: "NAME", min: 1, max: 1, completes: { NAME: "branch" } },
  options: SESSION_OPTIONS,
  details: `The processes of the session's cgroup see it from their next operation on; what
they have open stays what it is. A program that runs in a view (agentvfs run)
keeps its branch.`,
  async run(input) {
    const session = namedSession(input);
    const branch = input.positionals[0]!;
    const report = await withDaemon(
      input,
      (client) => client.switchSession({ branch, ...session }),
    );
    printSession(input, report, "session");
    return 0;
  },
};
