import type { Command } from "../../command.ts";
import { ControlError } from "../../../control/client.ts";
import { sendLine } from "../../../control/send_line.ts";
import { SocketTransport } from "../../../control/socket_transport.ts";
import { findDaemon } from "../../../daemon/workspaces/find_daemon.ts";
import { door } from "../../daemon_client.ts";
import { print } from "../../print/output.ts";

export const command: Command = {
  name: "raw",
  brief: "send one line to the control socket and print the reply",
  prints: null,
  positionals: { usage: "WORDS…", min: 1, max: Infinity, mayBeEmpty: true },
  options: {},
  async run(input) {
    const daemon = await findDaemon({
      socket: input.values.get("sock"),
      directory: input.values.get("project"),
    });
    const { socket } = daemon;
    const transport = await SocketTransport.connect(socket).catch(async (cause) => {
      const other = await door(daemon);
      if (other !== null) return other;
      throw new ControlError("unreachable", socket, `No daemon listens on ${socket}`, { cause });
    });
    const reply = await sendLine(transport, input.positionals.join(" "));
    print(reply);
    return JSON.parse(reply).ok === true ? 0 : 1;
  },
};
