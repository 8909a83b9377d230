import { serverConfig } from "../../../daemon/keeper/server_config.ts";
import type { Command } from "../../command.ts";
import { CommandError, describeError } from "../../command_error.ts";
import { printError } from "../../print/output.ts";
import { VERSION } from "../../version.ts";

/** Started by the keeper only: the mount's device is its standard input. */
export const command: Command = {
  name: "__server",
  brief: "serve a mount that a keeper made",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run() {
    const text = Deno.env.get("AGENTVFS_SERVER_CONFIG");
    if (text === undefined) {
      throw new CommandError("not_for_people", 2, "__server is started by the daemon only", {
        hint: "Use agentvfs quickstart DIR",
      });
    }
    const { runServer } = await import("../../../daemon/server/server.ts");
    return await runServer(serverConfig(text, VERSION), (error) => {
      const { message, hint, exit } = describeError(error);
      printError(`agentvfs: ${message}`);
      if (hint !== undefined) printError(`hint: ${hint}`);
      return exit;
    });
  },
};
