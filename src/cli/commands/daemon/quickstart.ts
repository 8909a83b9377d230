import { resolve } from "node:path";
import { findMount } from "../../../daemon/workspaces/find_daemon.ts";
import { askStatus } from "../../../daemon/workspaces/spawn.ts";
import { type Started, startOrReuse } from "../../../daemon/keeper/start_daemon.ts";
import type { Command, CommandInput } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { DAEMON_OPTIONS, daemonConfig } from "../../daemon_options.ts";
import { byteSize, grouped } from "../../format.ts";
import { gitWarnings } from "../../git_warnings.ts";
import { print, printError, printJson, safe } from "../../output.ts";
import { placeWarnings } from "../../place_warnings.ts";
import { shellWord } from "../../shell_word.ts";
import { printWarnings, type Warning } from "../../warning.ts";

/** Longest time the daemon of a mount may take to answer, ms. */
const DEADLINE_MS = 3_000;

export const command: Command = {
  name: "quickstart",
  brief: "mount a project and say where",
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: DAEMON_OPTIONS,
  details: `The project itself is only read. Repeating it is harmless: it finds the daemon,
also from a mount. Prints mount=PATH and the next command to type.`,
  example: "quickstart ~/work/shop",
  async run(input) {
    const { status, reused, warnings } = await started(input);
    if (input.flags.has("json")) {
      printJson({ ...status, reused, warnings });
      printWarnings(warnings);
      return 0;
    }
    print(`mount=${status.mount}`);
    if (input.values.has("root")) print(`root=${input.values.get("root")}`);
    print(`next: cd ${shellWord(status.mount)} && claude   # or: codex`);
    printWarnings(warnings);
    if (status.import.state === "running" && Deno.stderr.isTerminal()) {
      const { files, bytes } = status.import;
      const sofar = `${grouped(files)} files, ${byteSize(bytes)} so far`;
      printError(`importing in the background: ${sofar}; everything can be used already`);
    }
    return 0;
  },
};

/** Starts the daemon of the directory, or of the project whose mount it is in. */
async function started(input: CommandInput): Promise<Started & { warnings: Warning[] }> {
  const directory = resolve(input.positionals[0] ?? input.values.get("project") ?? ".");
  const { mount, found } = await findMount(directory);
  const known = found?.workspace ?? null;
  if (mount !== null && known === null) {
    const status = await statusAt(mount, found?.socket);
    return { status, reused: true, warnings: await gitWarnings(status.source) };
  }
  const config = await daemonConfig(input, known?.source ?? directory, false, known);
  const { status, reused } = await startOrReuse(config, { force: input.flags.has("force") });
  if (config.routing !== "none" && status.routing === null) {
    throw alreadyMounted("not_routed", `${status.mount} is mounted already, without --cgroups`);
  }
  if (input.values.has("mount") && status.mount !== config.mount) {
    throw alreadyMounted("mounted_elsewhere", `It is mounted already, at ${status.mount}`);
  }
  const warnings = [...await placeWarnings(config), ...await gitWarnings(config.source)];
  return { status, reused, warnings };
}

function alreadyMounted(code: string, message: string): CommandError {
  return new CommandError(code, 1, message, { hint: "agentvfs stop, then the same again" });
}

/** Of a mount that has no workspace here. */
async function statusAt(mount: string, socket: string | undefined): Promise<Started["status"]> {
  const status = socket === undefined ? null : await askStatus(socket, DEADLINE_MS);
  if (status !== null) return status;
  throw new CommandError("mount_unknown", 3, `${safe(mount)} is a mount that nobody answers for`, {
    hint: "Give the project itself; agentvfs doctor looks for mounts that are dead",
  });
}
