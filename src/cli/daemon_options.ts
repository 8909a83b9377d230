/**
 * The options that describe a daemon, shared by `quickstart` and `daemon`.
 *
 * @module
 */

import type { DaemonConfig } from "../daemon/workspace.ts";
import { planDaemon } from "../daemon/workspace.ts";
import type { CommandInput, OptionSpecs } from "./command.ts";
import { usageError } from "./command_error.ts";
import { VERSION } from "./version.ts";

export const DAEMON_OPTIONS: OptionSpecs = {
  mount: {
    value: "DIR",
    aliases: ["mountpoint"],
    brief: "where to mount; else a place of its own",
  },
  store: { value: "DIR", brief: "where to keep checkpoints; else a place of its own" },
  sock: { value: "PATH", aliases: ["socket", "control-sock"], brief: "control socket to make" },
  log: { value: "FILE", brief: "where the daemon writes what goes wrong" },
  import: {
    value: "HOW",
    brief: "eager stores all files in the background, lazy when changed",
  },
  "allow-other": { brief: "let other users use the mount" },
  force: { brief: "mount / or a home directory" },
};

export async function daemonConfig(
  input: CommandInput,
  source: string,
  foreground: boolean,
): Promise<DaemonConfig> {
  return await planDaemon({
    source,
    mount: notEmpty(input, "mount"),
    store: notEmpty(input, "store"),
    socket: notEmpty(input, "sock"),
    log: notEmpty(input, "log"),
    allowOther: input.flags.has("allow-other"),
    import: importMode(input.values.get("import")),
    foreground,
    version: VERSION,
  });
}

function notEmpty(input: CommandInput, option: string): string | undefined {
  const value = input.values.get(option);
  if (value === "") throw usageError(`--${option} needs a path`);
  return value;
}

function importMode(text = "eager"): "eager" | "lazy" {
  if (text === "eager" || text === "lazy") return text;
  throw usageError(`--import is eager or lazy, not ${JSON.stringify(text)}`);
}
