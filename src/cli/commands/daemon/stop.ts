import type { StatusReport, StopReport } from "../../../control/service/daemon.ts";
import { isListening } from "../../../control/socket_path.ts";
import { isAlive } from "../../../host/processes.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { connect } from "../../daemon_client.ts";
import { onTerminal, print, printError, printJson, safe } from "../../print/output.ts";

/** Longest time an ending daemon may take to unmount, ms. */
const END_DEADLINE_MS = 15_000;
const LOOK_MS = 10;

export const command: Command = {
  name: "stop",
  brief: "unmount and end the daemon; everything stays stored",
  prints: () => import("../../outputs/stop.ts"),
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: { force: { brief: "even if files in the mount are in use" } },
  async run(input) {
    const { client } = await connect(input, input.positionals[0]);
    // Standing in the mount, this process would be what keeps it in use.
    Deno.chdir("/");
    let status: StatusReport;
    let stopped: StopReport;
    try {
      status = await client.status();
      stopped = await client.stop(input.flags.has("force") ? { force: true } : {});
    } finally {
      client.close();
    }
    await ended(status);
    const { mount, source } = status;
    const { namespaces } = stopped;
    if (namespaces.length > 0) {
      const who = namespaces.map(({ pid, command }) => `${safe(command)} (${pid})`).join(", ");
      printError(`${safe(mount)} stays, dead, in the mount namespace of ${who}`);
    }
    if (input.flags.has("json")) printJson({ ...stopped, mount, source });
    else {print(
        onTerminal() ? `stopped; ${safe(mount)} is unmounted` : `mount=${mount}\nstatus=stopped`,
      );}
    return 0;
  },
};

/** A daemon has ended when its socket is silent and its process is gone; only then may the next one start. */
async function ended({ keeperPid, socket, log }: StatusReport): Promise<void> {
  const deadline = performance.now() + END_DEADLINE_MS;
  while (isAlive(keeperPid) || await isListening(socket)) {
    if (performance.now() > deadline) {
      const seconds = END_DEADLINE_MS / 1000;
      const message =
        `The daemon said it stops and still runs after ${seconds} s (process ${keeperPid})`;
      throw new CommandError("still_running", 1, message, {
        hint:
          `Nothing that was written is lost: end it with kill -9 ${keeperPid}, then look at the log ${log}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
