import type { BranchReport } from "../../../control/service/branches.ts";
import { type ControlClient, ControlError } from "../../../control/client.ts";
import type { ConfinementOptions } from "../../../daemon/runs/run_plan.ts";
import type { Ask } from "../../../control/library/ask.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import { branchAt, type BranchTree } from "../../../daemon/workspaces/place_in_mount.ts";
import { findAround } from "../../../daemon/workspaces/find_daemon.ts";
import { checkRecording } from "../../../daemon/telemetry/check_recording.ts";
import { parseNetworkOption, runInView } from "../../../daemon/runs/run_on_branch.ts";
import { startOrReuse } from "../../../daemon/keeper/start_daemon.ts";
import { directoryInView, type RunPlace } from "../../agents/run_place.ts";
import type { Command, CommandInput } from "../../command.ts";
import { afterRun, dropRun, type EndedRun, reviewRun, say, sayWhatNext } from "../../after_run.ts";
import { describeError, usageError } from "../../command_error.ts";
import { daemonConfig } from "../../options/daemon_options.ts";
import { checkTerminal } from "../../review/review_terminal.ts";
import { askKept, connectKept } from "../../kept_daemon.ts";

/** The branch that the mount shows. */
const MAIN = "main";

export const command: Command = {
  name: "run",
  brief: "run a program on a branch, at its project's path (macOS, Windows: in its folder)",
  prints: () => import("../../outputs/run.ts"),
  positionals: { usage: "[--] PROGRAM [ARG…]", min: 1, max: Infinity },
  runsProgram: true,
  options: {
    branch: { value: "B", short: "b", brief: "branch, made if need be; else a new one (--new)" },
    new: {},
    from: { value: "REF", brief: "what a new branch starts with; else main" },
    at: { value: "DIRS", brief: "show it there too (several with : between)" },
    agents: { value: "N", brief: "N runs on N new branches; ends with how many failed" },
    logs: { value: "DIR", brief: "with --agents: what each writes goes to a file there" },
    test: { value: "CMD", brief: "with --agents: then merge the first that passes it" },
    confine: { brief: "the rest of the machine is read-only to it (Linux)" },
    allow: { value: "PATHS", brief: "stay as they are with --confine (: between)" },
    "share-tmp": { brief: "so do /tmp and /var/tmp, else new and empty" },
    net: { value: "PLACES", brief: "may speak to none but these (see docs/run.md)" },
    watch: { brief: "audit tells what it does outside the branch, too" },
    "checkpoint-on-exit": { brief: "record what the program leaves" },
    review: { brief: "then ask, hunk by hunk, what is merged into main" },
    apply: { brief: "with --review: and applied to the project" },
    dry: { brief: "then show what it changed, and drop it" },
    "merge-on-success": { brief: "merge it into main if the program ends with 0" },
  },
  example: "run --branch cart --confine -- claude",
  async run(input) {
    checkEnding(input);
    const places = input.values.get("net");
    const network = places === undefined ? null : await parseNetworkOption(places);
    const place = await daemonOf(input);
    const { source, mount, store, socket, tree } = place;
    if (input.flags.has("watch")) checkRecording(socket);
    const named = input.values.get("branch") ?? branchStoodIn(input, tree);
    const at = paths(input.values.get("at"));
    const plan = {
      source,
      mount,
      store,
      socket,
      at,
      confine: confinementOf(input),
      network,
      watch: input.flags.has("watch"),
      cwd: directoryInView(place, at, meantDirectory(input, source)),
      command: input.positionals,
    };
    const agents = input.values.get("agents");
    if (agents !== undefined) {
      const { agentCount, runAgents } = await import("../../agents/run_agents.ts");
      return await runAgents(input, asking(place), {
        ...plan,
        name: input.values.get("branch") ?? newName(),
        from: input.values.get("from") ?? tree?.branch ?? place.branch,
        count: agentCount(agents),
      }, { place, into: tree?.branch ?? place.branch, test: input.values.get("test") ?? null });
    }
    const name = named ?? newName();
    const { branch, isNew } = await askKept(
      socket,
      mount,
      (client, isAgain) => branchOf(client, input, { name, isOwn: named === null }, isAgain),
    );
    const code = await runInView({ ...plan, branch: branch.name, say });
    await settle(input, place, { branch: branch.name, before: branch.head.id, isNew, code });
    return code;
  },
};

/** What comes after the program changes nothing about how it ended. */
async function settle(input: CommandInput, place: RunPlace, run: EndedRun): Promise<void> {
  const { socket, mount } = place;
  try {
    if (input.flags.has("dry")) return await dropRun(input, asking(place), run);
    if (input.flags.has("review")) return await reviewRun(input, asking(place), run);
    await askKept(socket, mount, (client, isAgain) => afterRun(input, client, run, isAgain))
      .catch(async (error) => {
        const isStopped = error instanceof ControlError && error.code === "unreachable";
        const isAwaited = input.flags.has("checkpoint-on-exit") ||
          input.flags.has("merge-on-success") && run.code === 0;
        if (!isStopped || !isAwaited) throw error;
        const { socket, mount } = await daemonOf(input);
        await askKept(socket, mount, (client) => afterRun(input, client, run, true));
      });
  } catch (error) {
    const { message, hint } = describeError(error);
    say(message);
    if (hint !== undefined) say(`hint: ${hint}`);
    say(`what the program left is in branch ${run.branch}`);
    sayWhatNext(run.branch);
  }
}

/** Who stands in a branch's directory means that branch, unless a new one is asked for. */
function branchStoodIn(input: CommandInput, tree: BranchTree | null): string | null {
  const isNew = ["new", "dry"].some((flag) => input.flags.has(flag)) || input.values.has("from");
  return isNew || tree === null || tree.branch === MAIN ? null : tree.branch;
}

/** The directory that the command line names; else where one stands. */
function meantDirectory(input: CommandInput, source: string): string {
  const project = input.values.get("project");
  if (project !== undefined) {
    try {
      return Deno.realPathSync(absolutePath(project));
    } catch {
      return source;
    }
  }
  return input.values.has("sock") ? source : absolutePath(".");
}

function asking({ socket, mount }: RunPlace): Ask {
  return (call) => askKept(socket, mount, call);
}

/** What is to become of the work makes sense, and can be done. */
function checkEnding(input: CommandInput): void {
  const endings = ["review", "dry", "merge-on-success"].filter((flag) => input.flags.has(flag));
  if (endings.length > 1) {
    throw usageError(`--${endings[0]} and --${endings[1]} exclude each other`);
  }
  if (input.flags.has("review")) checkTerminal("agentvfs run --review");
  if (input.flags.has("apply") && !input.flags.has("review")) {
    throw usageError("--apply means nothing without --review");
  }
  const alone = [...endings, "new"].find((flag) => input.flags.has(flag));
  if (input.values.has("agents") && alone !== undefined) {
    throw usageError(`--agents and --${alone} exclude each other`);
  }
  const ofAgents = ["logs", "test"].find((option) => input.values.has(option));
  if (ofAgents !== undefined && !input.values.has("agents")) {
    throw usageError(`--${ofAgents} means nothing without --agents`);
  }
  const kept = ["branch", "checkpoint-on-exit"]
    .find((option) => input.flags.has(option) || input.values.has(option));
  if (input.flags.has("dry") && kept !== undefined) {
    throw usageError(`--dry drops the branch, so --${kept} means nothing`);
  }
}

/** The daemon of the project, started if it does not run. */
async function daemonOf(input: CommandInput): Promise<RunPlace> {
  const named = input.values.get("sock");
  if (named !== undefined) return await connected(absolutePath(named));
  const directory = absolutePath(input.values.get("project") ?? ".");
  const found = await findAround(directory);
  if (found !== null) {
    const place = await connected(found.socket, found.workspace?.mount).catch(() => null);
    const tree = found.place === null ? null : await branchAt(found.place);
    if (place !== null) return { ...place, tree };
  }
  const known = found?.workspace ?? null;
  const config = await daemonConfig(input, known?.source ?? directory, false, known);
  const { status } = await startOrReuse(config, { force: false });
  return await connected(status.socket);
}

async function connected(socket: string, known: string | null = null): Promise<RunPlace> {
  using client = await connectKept(socket, known);
  const { source, mount, store, branch } = await client.status();
  return { source, mount, store, socket, branch, tree: null };
}

async function branchOf(
  client: ControlClient,
  input: CommandInput,
  { name, isOwn }: { name: string; isOwn: boolean },
  isAgain: boolean,
): Promise<{ branch: BranchReport; isNew: boolean }> {
  const from = input.values.get("from");
  if (!isOwn && input.flags.has("new")) {
    throw usageError("--branch and --new exclude each other");
  }
  if (name === MAIN) {
    throw usageError("main is what the mount shows", "Run the program there, without agentvfs run");
  }
  if (!isOwn || isAgain) {
    const known = await client.showBranch({ name }).catch((error) => {
      if (describeError(error).code === "unknown_branch") return null;
      throw error;
    });
    if (known !== null && from !== undefined && !isAgain) {
      throw usageError(`Branch ${name} is there already, so --from means nothing`);
    }
    if (known !== null) return { branch: known, isNew: isOwn };
  }
  const start = from === undefined ? {} : { from };
  const branch = await client.createBranch({ name, ...start });
  return { branch, isNew: isOwn };
}

/** `run/20260102-030405-1a2b`. */
function newName(): string {
  const time = new Date().toISOString().replace(/[-:]|\..*/g, "").replace("T", "-");
  return `run/${time}-${crypto.randomUUID().slice(0, 4)}`;
}

function confinementOf(input: CommandInput): ConfinementOptions | null {
  const shareTmp = input.flags.has("share-tmp");
  if (input.flags.has("confine")) return { allow: paths(input.values.get("allow")), shareTmp };
  for (const option of ["allow", "share-tmp"]) {
    if (!input.values.has(option) && !input.flags.has(option)) continue;
    throw usageError(`--${option} means nothing without --confine`);
  }
  return null;
}

function paths(text: string | undefined): string[] {
  return (text ?? "").split(":").filter((path) => path !== "").map(absolutePath);
}
