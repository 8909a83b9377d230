import { absolutePath } from "../../../host/current_directory.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { printWatched } from "../../telemetry/watched_output.ts";

export const command: Command = {
  name: "telemetry unwatch",
  brief: "tell no more of other directories",
  prints: "unwatchDirectories",
  positionals: { usage: "DIR…", min: 1, max: Infinity },
  options: {},
  details: "What was told of them stays in the log.",
  example: "telemetry unwatch /etc",
  async run(input) {
    // One that has gone can be named, too.
    const directories = await Promise.all(
      input.positionals.map((path) =>
        Deno.realPath(absolutePath(path)).catch(() => absolutePath(path))
      ),
    );
    printWatched(
      input,
      await withDaemon(input, (client) => client.unwatchDirectories({ directories })),
    );
    return 0;
  },
};
