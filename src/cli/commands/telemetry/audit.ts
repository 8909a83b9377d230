import { currentDirectory } from "../../../host/current_directory.ts";
import { findDaemon } from "../../../daemon/workspaces/find_daemon.ts";
import { eventLogPath } from "../../../daemon/telemetry/event_log_path.ts";
import { type LoggedEvent, parseLoggedEvent } from "../../../telemetry/logged_event.ts";
import { readLogLines } from "../../../telemetry/log_reader.ts";
import type { Command, CommandInput } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { eventLine } from "../../telemetry/event_output.ts";
import { print } from "../../print/output.ts";
import { projectPath, type Roots } from "../../project_path.ts";

export const command: Command = {
  name: "audit",
  brief: "say who did what in the mount: a line for each event",
  prints: null,
  positionals: { usage: "[PATH…]", min: 0, max: Infinity },
  options: {},
  details: `With PATH: what was done to it, or below it. The files of the log are read, so
it works without a daemon, too. With --json each line is an event, with the
names of the Elastic Common Schema.`,
  example: "audit src/main.ts",
  async run(input) {
    const { directory, roots } = await meantLog(input);
    const paths = input.positionals.map((path) =>
      projectPath(path, roots, currentDirectory() ?? "/")
    ).map((path) => path === "." ? roots.mount : `${roots.mount}/${path}`);
    for (const line of readLogLines(directory)) {
      const event = parseLoggedEvent(line);
      if (event === null || !isAbout(event, paths)) continue;
      if (input.flags.has("json")) print(line);
      else print(eventLine(event, roots.mount));
    }
    return 0;
  },
};

async function meantLog(input: CommandInput): Promise<{ directory: string; roots: Roots }> {
  const { workspace } = await findDaemon({
    socket: input.values.get("sock"),
    directory: input.values.get("project"),
  });
  if (workspace === null) {
    throw new CommandError("no_log", 2, "A socket does not tell where the log of events is", {
      hint: "Name the project: agentvfs -C DIR audit",
    });
  }
  return { directory: eventLogPath(workspace.directory), roots: workspace };
}

function isAbout({ file }: LoggedEvent, paths: readonly string[]): boolean {
  if (paths.length === 0) return true;
  const named = [file?.path, file?.target_path].filter((path) => path !== undefined);
  return named.some((path) => paths.some((at) => path === at || path.startsWith(`${at}/`)));
}
