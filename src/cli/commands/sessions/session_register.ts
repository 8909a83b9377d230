import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { withDaemon } from "../../daemon_client.ts";
import { printSession, sessionId } from "../../print/session_output.ts";

export const command: Command = {
  name: "session register",
  brief: "let the processes of a cgroup see a branch at the mountpoint",
  prints: "registerSession",
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    cgroup: { value: "PATH", brief: "a cgroup (v2): its directory, or its path below the root" },
    branch: { value: "B", brief: "what its processes see; else main" },
    id: { value: "N", brief: "number of the session; else the next" },
    verbosity: { value: "N", brief: "accepted for scripts of the original; without effect" },
  },
  details: `Cgroups below it see the same unless they are registered themselves. It counts
from the next operation of each process on; what is open stays what it is. The
mount must have been started with --cgroups.

  mkdir /sys/fs/cgroup/agent1
  agentvfs session register --cgroup /sys/fs/cgroup/agent1 --branch try
  sh -c 'echo $$ >/sys/fs/cgroup/agent1/cgroup.procs; exec claude'`,
  async run(input) {
    const cgroup = input.values.get("cgroup");
    if (!cgroup) throw usageError("Name the cgroup: --cgroup PATH");
    const id = sessionId(input);
    const report = await withDaemon(input, (client) =>
      client.registerSession({
        cgroup,
        branch: input.values.get("branch") || "main",
        ...(id === undefined ? {} : { id }),
      }));
    printSession(input, report, "session");
    return 0;
  },
};
