/**
 * The options that describe a daemon, shared by `quickstart` and `daemon`.
 *
 * @module
 */

import type { DaemonConfig, WorkspaceRecord } from "../../daemon/workspaces/workspace.ts";
import { planDaemon } from "../../daemon/workspaces/workspace.ts";
import { AUTO_OPTION, autoWords } from "./auto_option.ts";
import type { CommandInput, OptionSpecs } from "../command.ts";
import { milliseconds } from "./duration_option.ts";
import { CommandError, usageError } from "../command_error.ts";
import { freeDrive, HAS_CGROUPS, MAKES_MOUNTPOINT } from "../../host/mounts.ts";
import {
  parseTelemetry,
  TELEMETRY_WORDS,
  type TelemetryChoice,
} from "../../telemetry/telemetry_choice.ts";
import { HAS_SOURCES } from "../../telemetry/has_sources.ts";
import { VERSION } from "../version.ts";

export const DAEMON_OPTIONS: OptionSpecs = {
  mount: {
    value: "DIR",
    aliases: ["mountpoint"],
    brief: "where to mount, made if need be; else its own place",
  },
  store: { value: "DIR", brief: "where to keep checkpoints; else a place of its own" },
  sock: { value: "PATH", aliases: ["socket", "control-sock"], brief: "control socket to make" },
  log: { value: "FILE", brief: "where the daemon writes what goes wrong" },
  "gc-idle": {
    value: "TIME",
    brief: "collect garbage when unused for 10m, 2h, …, or off",
  },
  "no-keep-awake": { brief: "let idle CPUs halt between requests" },
  "no-events": { brief: "tell nobody who watches the mount of rollbacks" },
  auto: AUTO_OPTION,
  watch: { brief: "bring in what changes in the project alone" },
  cgroups: { brief: "let cgroups see branches; --strict: others see none" },
  strict: {},
  telemetry: {
    value: "WHAT",
    brief: "log of events: off, changes, opens or all, and more",
    completes: ["off", "changes", "opens", "all"],
  },
  "redact-args": {},
  "allow-other": { brief: "let other users use the mount" },
  force: { brief: "mount / or a home directory" },
};

/** What the command line says; `known` is the workspace that it means, if it has one already. */
export async function daemonConfig(
  input: CommandInput,
  source: string,
  foreground: boolean,
  known: WorkspaceRecord | null = null,
): Promise<DaemonConfig> {
  return await planDaemon({
    source,
    mount: await mountPlace(notEmpty(input, "mount")) ?? known?.mount,
    store: notEmpty(input, "store") ?? known?.store,
    socket: notEmpty(input, "sock") ?? known?.socket,
    log: notEmpty(input, "log") ?? known?.log,
    allowOther: input.flags.has("allow-other"),
    foreground,
    gcIdleMs: idleTime(input),
    keepAwake: !input.flags.has("no-keep-awake"),
    events: !input.flags.has("no-events"),
    watch: input.flags.has("watch"),
    auto: auto(input),
    routing: routing(input),
    telemetry: telemetryChoice(input),
    version: VERSION,
  });
}

function routing(input: CommandInput): DaemonConfig["routing"] {
  const wanted = input.flags.has("strict")
    ? "strict"
    : input.flags.has("cgroups")
    ? "cgroups"
    : "none";
  if (wanted === "none" || HAS_CGROUPS) return wanted;
  throw new CommandError("only_on_linux", 4, "Branches are seen by cgroup on Linux only", {
    hint: "Leave it out: branches are folders in .agentvfs/branches",
  });
}

/** On Windows this means the last drive that is free. */
const ANY_DRIVE = "*:";

/** The place that `--mount` names. Throws where no drive is free. */
export async function mountPlace(named: string | undefined): Promise<string | undefined> {
  if (named !== ANY_DRIVE || !MAKES_MOUNTPOINT) return named;
  const free = await freeDrive();
  if (free !== null) return free;
  throw new CommandError("mount_unusable", 4, "Every letter of a drive is taken", {
    hint: "Leave out --mount, or name a folder that is not there yet",
  });
}

/** True if what is mounted at `mount` is where the command line wants it. */
export function isWhereNamed(input: CommandInput, mount: string, planned: string): boolean {
  if (!input.values.has("mount") || mount === planned) return true;
  return input.values.get("mount") === ANY_DRIVE && /^[A-Z]:\\$/i.test(mount);
}

function idleTime(input: CommandInput): number | undefined {
  const text = input.values.get("gc-idle");
  if (text === undefined) return undefined;
  return text === "off" ? 0 : milliseconds("gc-idle", text);
}

/** Throws a usage error, and {@linkcode CommandError} where a source is named that is not there. */
export function telemetryChoice(input: CommandInput): TelemetryChoice | undefined {
  const list = input.values.get("telemetry");
  const redacts = input.flags.has("redact-args");
  if (list === undefined && !redacts) return undefined;
  const choice = parseTelemetry(list ?? "");
  if (typeof choice !== "string") {
    if (!HAS_SOURCES && choice.sources !== "auto" && choice.sources.length > 0) {
      const message = `${choice.sources.join(", ")}: only Linux tells of programs in that way`;
      throw new CommandError("only_on_linux", 4, message, {
        hint: "Leave it out: each change in the mount is recorded everywhere",
      });
    }
    return redacts ? { ...choice, redactsArguments: true } : choice;
  }
  throw usageError(
    `--telemetry does not know ${JSON.stringify(choice)}`,
    `It takes, with commas between: ${TELEMETRY_WORDS}`,
  );
}

function auto(input: CommandInput): string | undefined {
  const words = input.values.get("auto");
  return words === undefined ? undefined : autoWords(words);
}

function notEmpty(input: CommandInput, option: string): string | undefined {
  const value = input.values.get(option);
  if (value === "") throw usageError(`--${option} needs a path`);
  return value;
}
