/**
 * Running a program on a branch: it sees the branch at the project's own path, in a mount namespace of its own.
 *
 * This process stays, as the one that supervises: it passes signals on, waits, and ends what the program left running.
 *
 * @module
 */

import { join } from "node:path";
import { LoadError } from "../../../../bpf/load.ts";
import { type AllowedNetwork, restrictNetwork } from "../../../../bpf/network_rules.ts";
import { adoptOrphans } from "../../../views/adopt_orphans.ts";
import { enterView } from "../../../views/enter_view.ts";
import { RunCgroup } from "../../../views/run_cgroup.ts";
import {
  type NamespaceOptions,
  unshareCommand,
  whyNoNamespaces,
} from "../../../views/namespaces.ts";
import { parentOf } from "../../../host/processes.ts";
import { SPEC_VARIABLE, type ViewSpec } from "../../../views/view_spec.ts";
import { Machine } from "../../doctor/machine.ts";
import { namespaceRemedy } from "../../doctor/linux/user_namespaces.ts";
import { RunWatch } from "./run_watch.ts";
import { syncClaudeSettings } from "./claude_settings.ts";
import { type ConfinementPlan, planConfinement } from "./confinement.ts";
import { runEnvironment, type RunPlan } from "../run_plan.ts";
import { meetingPlaces } from "./meeting_places.ts";
import { preloadEnvironment } from "./preload_environment.ts";
import { selfCommand } from "../../workspaces/spawn.ts";
import { WorkspaceError } from "../../workspaces/workspace.ts";

/** Runs the program. Resolves with its exit code; 128 and the signal's number if one ended it. */
export async function runInView(plan: RunPlan): Promise<number> {
  const { source, at, mount, store, socket, command: program } = plan;
  const places = await Promise.all([source, ...at, mount].map(realPath));
  const confined = plan.confine === null
    ? null
    : await planConfinement(plan.confine, { store, socket, places, command: program });
  const watch = plan.watch ? RunWatch.begin({ branch: plan.branch, socket, places }) : null;
  const spec = { ...await specOf(plan, places, confined), watched: watch?.toHandOver ?? null };
  const namespaces = namespacesOf(plan);
  await checkNamespaces(plan);
  if (confined !== null) tell(plan, confined);
  const claudeHome = confined?.claudeHome ?? null;
  if (claudeHome !== null) await keepSettings(plan, claudeHome);
  adoptOrphans();
  // A daemon that was started for this run lives on.
  const others = new Set(children(Deno.pid));
  const cgroup = RunCgroup.make();
  if (plan.network !== null) await holdNetwork(cgroup, plan.network);
  const view = [...unshareCommand(namespaces), ...selfCommand(), "__view"];
  const [command, ...args] = [...(cgroup?.enter(plan.network !== null) ?? []), ...view];
  const child = new Deno.Command(command!, {
    args,
    env: { [SPEC_VARIABLE]: JSON.stringify(spec), ...runEnvironment(plan) },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  watch?.started((pid) => others.add(pid), (why) => {
    // Its calls would wait for an answer for ever.
    plan.say(`The program cannot be watched any more, and was ended: ${why}`);
    kill(child.pid, "SIGKILL");
  });
  passSignals(child);
  plan.kill?.addEventListener("abort", () => kill(child.pid, "SIGKILL"));
  const { code } = await child.status;
  await endDescendants(others);
  await cgroup?.end();
  await watch?.end();
  if (claudeHome !== null) await keepSettings(plan, claudeHome);
  return code;
}

/** Throws `no_namespaces` where this machine does not let the caller have such a view. */
export async function checkNamespaces(plan: Pick<RunPlan, "confine">): Promise<void> {
  const why = await whyNoNamespaces(namespacesOf(plan));
  if (why === null) return;
  throw new WorkspaceError("no_namespaces", 4, `Cannot make a view of a branch: ${why}`, {
    hint: await namespaceRemedy(new Machine()),
  });
}

function namespacesOf({ confine }: Pick<RunPlan, "confine">): NamespaceOptions {
  return { user: Deno.uid() !== 0, pid: confine !== null };
}

/** Lets the cgroup speak only to what is named, or throws {@linkcode WorkspaceError}. */
async function holdNetwork(
  cgroup: RunCgroup | null,
  network: readonly AllowedNetwork[],
): Promise<void> {
  try {
    if (cgroup === null) throw new LoadError("no cgroup (v2) can be made for the run");
    restrictNetwork(cgroup.directory, network);
  } catch (error) {
    await cgroup?.end();
    if (!(error instanceof LoadError)) throw error;
    throw new WorkspaceError("no_network_rules", 4, `Cannot hold --net here: ${error.message}`, {
      hint: "Run it as root, or without --net",
    });
  }
}

async function specOf(
  plan: RunPlan,
  places: readonly string[],
  confined: ConfinementPlan | null,
): Promise<Omit<ViewSpec, "watched">> {
  const { branch, mount, socket, cwd, command } = plan;
  const isRoot = Deno.uid() === 0;
  return {
    branch,
    tree: join(mount, ".agentvfs/branches", branch),
    places,
    cwd,
    socket,
    confine: confined?.confinement ?? null,
    meetingPlaces: confined === null ? await meetingPlaces(command, true) : [],
    // What a confined program would preload is out of its sight.
    environment: confined?.environment ??
      { TMUX: null, TMUX_PANE: null, ...await preloadEnvironment(plan.store, plan.watch) },
    identity: isRoot ? null : { uid: Deno.uid()!, gid: Deno.gid()! },
    command,
  };
}

async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}

/** Says what is as whoever asked for it may not expect. */
function tell({ branch, say }: RunPlan, { made, open }: ConfinementPlan): void {
  for (const path of made) say(`made the directory ${path}, which --allow names`);
  say(`confined to branch ${branch}; open are ${open.join(", ")}, and all that you may read`);
}

async function keepSettings({ say }: RunPlan, home: string): Promise<void> {
  const path = join(home, ".claude.json");
  try {
    if (await syncClaudeSettings(home)) return;
    say(`${path} and the file of that name in .claude are left as they are: one is no JSON file`);
  } catch (error) {
    say(`cannot keep ${path} up to date: ${error instanceof Error ? error.message : error}`);
  }
}

/** A terminal sends its signals to the program too; the others come to this process alone. */
function passSignals(child: Deno.ChildProcess): void {
  for (const signal of ["SIGINT", "SIGQUIT"] as const) Deno.addSignalListener(signal, () => {});
  for (const signal of ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch { /* it has ended */ }
    });
  }
}

/** Longest time processes may take to end once they are told to, and then to be gone, ms. */
const TERM_DEADLINE_MS = 1_000;
const KILL_DEADLINE_MS = 5_000;

/** Ends what the program started and left: it is all below this process now, beside `others`. */
async function endDescendants(others: ReadonlySet<number>): Promise<void> {
  const end = async (signal: Deno.Signal, deadlineMs: number) => {
    const until = performance.now() + deadlineMs;
    for (let left = descendants(others); left.length > 0; left = descendants(others)) {
      if (performance.now() > until) return;
      for (const pid of left) kill(pid, signal);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await end("SIGTERM", TERM_DEADLINE_MS);
  await end("SIGKILL", KILL_DEADLINE_MS);
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch { /* it has ended */ }
}

/** Children of this process that have not ended, and theirs, but for `others`. */
function descendants(others: ReadonlySet<number>): number[] {
  const found: number[] = [];
  for (let at = children(Deno.pid).filter((pid) => !others.has(pid)); at.length > 0;) {
    found.push(...at);
    at = at.flatMap(children);
  }
  return found;
}

function children(parent: number): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (/^\d+$/.test(name) && parentOf(Number(name)) === parent) found.push(Number(name));
  }
  return found;
}

/** The view that this process was started to make; null if it was not. */
export function enterSpec():
  | ViewSpec & { enter(register: () => Promise<unknown>): Promise<never> }
  | null {
  const text = Deno.env.get(SPEC_VARIABLE);
  if (text === undefined) return null;
  Deno.env.delete(SPEC_VARIABLE);
  const spec = JSON.parse(text) as ViewSpec;
  return { ...spec, enter: (register) => enterView(spec, register) };
}
