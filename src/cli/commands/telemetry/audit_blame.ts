import { blame } from "../../telemetry/blame.ts";
import { currentDirectory } from "../../../host/current_directory.ts";
import { mountPath } from "../../telemetry/logged_paths.ts";
import { meantLog, SINCE_OPTION } from "../../telemetry/meant_log.ts";
import type { Command } from "../../command.ts";
import { eventLine } from "../../telemetry/event_output.ts";
import { print } from "../../print/output.ts";

export const command: Command = {
  name: "audit blame",
  brief: "say which process and tool call made each version of a file",
  prints: null,
  positionals: { usage: "PATH", min: 1, max: 1 },
  options: {
    branch: { value: "B", short: "b", brief: "the file's branch; else main" },
    since: SINCE_OPTION,
  },
  details: `Also under the names that it had before, and with the bytes that writes wrote.
With --json: one event a line.`,
  example: "audit blame src/main.ts",
  async run(input) {
    const { directory, since, roots } = await meantLog(input, []);
    const path = mountPath(input.positionals[0]!, roots, currentDirectory() ?? "/");
    const branch = input.values.get("branch") ?? "main";
    for (const { event, line } of blame(directory, path, branch, since)) {
      print(input.flags.has("json") ? line : eventLine(event, roots.mount));
    }
    return 0;
  },
};
