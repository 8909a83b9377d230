import { absolutePath } from "../../../host/current_directory.ts";
import type { Command } from "../../command.ts";
import { reason } from "../../../daemon/workspaces/workspace.ts";
import { usageError } from "../../command_error.ts";
import { withDaemon } from "../../daemon_client.ts";
import { printWatched } from "../../telemetry/watched_output.ts";

export const command: Command = {
  name: "telemetry watch",
  brief: "have the log tell what is done with files in other directories",
  prints: "watchDirectories",
  positionals: { usage: "DIR…", min: 1, max: Infinity },
  options: {},
  details: `Who opens, runs, reads and writes files below them, whoever it is, runs too. It
refuses nothing. It takes root's rights in the daemon (fanotify), and 4 to 8 us
for each open on the file systems that they are in. They are kept with the
workspace, and watched again after every start, until telemetry unwatch.`,
  example: "telemetry watch /etc",
  async run(input) {
    const directories = await Promise.all(input.positionals.map(realDirectory));
    printWatched(
      input,
      await withDaemon(input, (client) => client.watchDirectories({ directories })),
    );
    return 0;
  },
};

async function realDirectory(path: string): Promise<string> {
  try {
    return await Deno.realPath(absolutePath(path));
  } catch (error) {
    throw usageError(`Cannot watch ${path}: ${reason(error)}`, "Name a directory");
  }
}
