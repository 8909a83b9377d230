import { startOrReuse } from "../../../daemon/keeper/start_daemon.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { DAEMON_OPTIONS, daemonConfig } from "../../daemon_options.ts";
import { byteSize, grouped } from "../../format.ts";
import { print, printError, printJson } from "../../output.ts";
import { shellWord } from "../../shell_word.ts";

export const command: Command = {
  name: "quickstart",
  brief: "mount a project and say where",
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: DAEMON_OPTIONS,
  details: `The project itself is only read. Repeating it is harmless: it finds the daemon.
Prints mount=PATH and the next command to type.`,
  example: "quickstart ~/work/shop",
  async run(input) {
    const source = input.positionals[0] ?? input.values.get("project") ?? ".";
    const config = await daemonConfig(input, source, false);
    const { status, reused } = await startOrReuse(config, { force: input.flags.has("force") });
    if (config.routing !== "none" && status.routing === null) {
      throw new CommandError(
        "not_routed",
        1,
        `${status.mount} is mounted already, without --cgroups`,
        {
          hint: "agentvfs stop, then the same again",
        },
      );
    }
    if (input.flags.has("json")) {
      printJson({ ...status, reused });
      return 0;
    }
    print(`mount=${status.mount}`);
    if (input.values.has("root")) print(`root=${input.values.get("root")}`);
    print(`next: cd ${shellWord(status.mount)} && claude   # or: codex`);
    if (status.import.state === "running" && Deno.stderr.isTerminal()) {
      const { files, bytes } = status.import;
      const sofar = `${grouped(files)} files, ${byteSize(bytes)} so far`;
      printError(`importing in the background: ${sofar}; everything can be used already`);
    }
    return 0;
  },
};
