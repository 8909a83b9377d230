import type { Command } from "../../command.ts";
import { connect } from "../../daemon_client.ts";
import { stopDaemon } from "../../stop_daemon.ts";
import { onTerminal, print, printError, printJson, safe } from "../../print/output.ts";

export const command: Command = {
  name: "stop",
  brief: "unmount and end the daemon; everything stays stored",
  prints: () => import("../../outputs/stop.ts"),
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: { force: { brief: "even if files in the mount are in use" } },
  async run(input) {
    const { client } = await connect(input, input.positionals[0]);
    const { status, stopped } = await stopDaemon(client, input.flags.has("force"));
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
