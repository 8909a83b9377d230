import { ControlClient } from "../../../control/client.ts";
import type { StatusReport } from "../../../control/service/daemon.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import { homePlace } from "../../../host/state_places.ts";
import { findMount } from "../../../daemon/workspaces/find_daemon.ts";
import { askStatus } from "../../../daemon/workspaces/spawn.ts";
import { startAnew, startOrReuse } from "../../../daemon/keeper/start_daemon.ts";
import { stateRoot } from "../../../daemon/workspaces/workspace.ts";
import { agentPlaces } from "../agents/agent_places.ts";
import type { Command, CommandInput } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { DAEMON_OPTIONS, daemonConfig, isWhereNamed } from "../../options/daemon_options.ts";
import { byteSize, grouped } from "../../print/format.ts";
import { gitWarnings } from "../../print/git_warnings.ts";
import { print, printError, printJson, safe } from "../../print/output.ts";
import { placeWarnings } from "../../print/place_warnings.ts";
import { lineIn } from "../../../host/shell_word.ts";
import { comparedSource, sourceWarnings } from "../../print/source_output.ts";
import { printWarnings, type Warning } from "../../print/warning.ts";

/** Longest time the daemon of a mount may take to answer, ms. */
const DEADLINE_MS = 3_000;

export const command: Command = {
  name: "quickstart",
  brief: "mount a project and say where",
  prints: () => import("../../outputs/quickstart.ts"),
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: {
    ...DAEMON_OPTIONS,
    new: { brief: "begin anew; the old store is kept, and said where" },
  },
  details: `The project itself is only read. Repeating it is harmless, also from a mount.
Prints mount=PATH and what to type next; warns of what changed in the project.`,
  example: "quickstart ~/work/shop",
  async run(input) {
    const { status, reused, kept, warnings } = await started(input);
    if (input.flags.has("json")) printJson({ ...status, reused, kept, warnings });
    else {
      print(`mount=${status.mount}`);
      if (input.values.has("root")) print(`root=${input.values.get("root")}`);
      if (kept !== null) print(`kept=${kept}`);
      print(`next: ${lineIn(status.mount, "claude")}   # or: codex`);
      const agents = await unknowing();
      if (agents.length > 0) {
        print(`once: agentvfs integrate   # makes ${agents.join(" and ")} know all this`);
      }
    }
    printWarnings(warnings);
    if (status.import.state === "running" && Deno.stderr.isTerminal()) {
      const { files, bytes } = status.import;
      const sofar = `${grouped(files)} files, ${byteSize(bytes)} so far`;
      printError(`importing in the background: ${sofar}; everything can be used already`);
    }
    return 0;
  },
};

interface Outcome {
  readonly status: StatusReport;
  /** It was running already. */
  readonly reused: boolean;
  /** Where the old store is now; null if it is in use, or there was none. */
  readonly kept: string | null;
  readonly warnings: readonly Warning[];
}

/** Starts the daemon of the directory, or of the project whose mount it is in. */
async function started(input: CommandInput): Promise<Outcome> {
  const directory = absolutePath(input.positionals[0] ?? input.values.get("project") ?? ".");
  const { mount, found } = await findMount(directory);
  const known = found?.workspace ?? null;
  if (mount !== null && known === null) {
    const status = await statusAt(mount, found?.socket);
    if (input.flags.has("new")) throw isMounted(status);
    return { status, reused: true, kept: null, warnings: await projectWarnings(status) };
  }
  const config = await daemonConfig(input, known?.source ?? directory, false, known);
  const options = { force: input.flags.has("force") };
  const { status, reused, kept } = input.flags.has("new")
    ? { ...await startAnew(config, options), reused: false }
    : { ...await startOrReuse(config, options), kept: null };
  if (config.routing !== "none" && status.routing === null) {
    throw alreadyMounted("not_routed", `${status.mount} is mounted already, without --cgroups`);
  }
  if (!isWhereNamed(input, status.mount, config.mount)) {
    throw alreadyMounted("mounted_elsewhere", `It is mounted already, at ${status.mount}`);
  }
  const warnings = [...await placeWarnings(config), ...await projectWarnings(status)];
  return { status: await withAuto(status, reused ? config.auto : null), reused, kept, warnings };
}

/** One that runs already is told when to record by itself. */
async function withAuto(status: StatusReport, policy: string | null): Promise<StatusReport> {
  if (policy === null) return status;
  using client = await ControlClient.connect(status.socket);
  return { ...status, auto: (await client.auto({ policy })).policy };
}

/** The agents of this person that were not told of agentvfs yet. */
async function unknowing(): Promise<string[]> {
  const { unknowingAgents } = await import("../../../agents/integrate/offered.ts");
  return homePlace() !== null ? await unknowingAgents(stateRoot(), agentPlaces(null)) : [];
}

async function projectWarnings(status: StatusReport): Promise<Warning[]> {
  // A server that is being replaced right now is no reason to fail: it is mounted.
  using client = await ControlClient.connect(status.socket).catch(() => null);
  const compared = client && await comparedSource(client);
  return [...sourceWarnings(compared), ...await gitWarnings(status.source)];
}

function isMounted({ mount }: StatusReport): CommandError {
  return alreadyMounted("daemon_running", `It is mounted already, at ${safe(mount)}`);
}

function alreadyMounted(code: string, message: string): CommandError {
  return new CommandError(code, 1, message, { hint: "agentvfs stop, then the same again" });
}

/** Of a mount that has no workspace here. */
async function statusAt(mount: string, socket: string | undefined): Promise<StatusReport> {
  const status = socket === undefined ? null : await askStatus(socket, DEADLINE_MS);
  if (status !== null) return status;
  throw new CommandError("mount_unknown", 3, `${safe(mount)} is a mount that nobody answers for`, {
    hint: "Give the project itself; agentvfs doctor looks for mounts that are dead",
  });
}
