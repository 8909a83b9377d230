import type { Command } from "../../command.ts";
import { findDaemon } from "../../../daemon/workspaces/find_daemon.ts";
import { sendLine } from "../../../control/send_line.ts";
import { print } from "../../print/output.ts";

export const command: Command = {
  name: "raw",
  brief: "send one line to the control socket and print the reply",
  prints: null,
  positionals: { usage: "WORDS…", min: 1, max: Infinity },
  options: {},
  async run(input) {
    const { socket } = await findDaemon({
      socket: input.values.get("sock"),
      directory: input.values.get("project"),
    });
    const reply = await sendLine(socket, input.positionals.join(" "));
    print(reply);
    return JSON.parse(reply).ok === true ? 0 : 1;
  },
};
