import { startNew } from "../../../daemon/keeper/start_daemon.ts";
import { validateDaemon } from "../../../daemon/keeper/validate.ts";
import { createWorkspace } from "../../../daemon/workspaces/workspace.ts";
import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { DAEMON_OPTIONS, daemonConfig } from "../../options/daemon_options.ts";
import { print, printJson } from "../../print/output.ts";
import { placeWarnings } from "../../print/place_warnings.ts";
import { printWarnings } from "../../print/warning.ts";

export const command: Command = {
  name: "daemon",
  brief: "mount a project with every detail given",
  prints: () => import("../../outputs/daemon.ts"),
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    source: { value: "DIR", brief: "project to mount; it is only read" },
    ...DAEMON_OPTIONS,
    foreground: { short: "f", brief: "stay in the foreground until stopped" },
  },
  details: `Without -f it returns when the mount answers. Short: agentvfs quickstart DIR`,
  example: "daemon --source . --store /data/shop --foreground",
  async run(input) {
    const source = input.values.get("source") ?? input.values.get("project");
    if (!source) throw usageError("agentvfs daemon needs --source DIR");
    const foreground = input.flags.has("foreground");
    const force = input.flags.has("force");
    const config = await daemonConfig(input, source, foreground);
    if (foreground) {
      await validateDaemon(config, { force });
      await createWorkspace(config);
      const { runKeeper } = await import("../../../daemon/keeper/keeper.ts");
      return await runKeeper(config);
    }
    const status = await startNew(config, { force });
    const warnings = await placeWarnings(config);
    if (input.flags.has("json")) printJson({ ...status, warnings });
    else print(`mount=${status.mount}\nsocket=${status.socket}`);
    printWarnings(warnings);
    return 0;
  },
};
