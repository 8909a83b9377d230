/**
 * Running a program on a branch: it sees the branch at the project's own path, in a mount namespace of its own.
 *
 * This process stays, as the one that supervises: it passes signals on, waits, and ends what the program left running.
 *
 * @module
 */

import { join } from "node:path";
import { adoptOrphans } from "../../views/adopt_orphans.ts";
import { enterView } from "../../views/enter_view.ts";
import { RunCgroup } from "../../views/run_cgroup.ts";
import { namespaceFix, unshareCommand, whyNoNamespaces } from "../../views/namespaces.ts";
import { parentOf } from "../../host/processes.ts";
import { SPEC_VARIABLE, type ViewSpec } from "../../views/view_spec.ts";
import { selfCommand } from "../workspaces/spawn.ts";
import { stateRoot, WorkspaceError } from "../workspaces/workspace.ts";

export interface RunPlan {
  readonly branch: string;
  /** The project's own path, the mountpoint, the store and the control socket. */
  readonly source: string;
  readonly mount: string;
  readonly store: string;
  readonly socket: string;
  /** Further directories at which the branch is to stand. */
  readonly at: readonly string[];
  /** Null: the rest of the machine stays as it is. Else what stays writable besides the usual. */
  readonly allow: readonly string[] | null;
  readonly cwd: string;
  readonly command: readonly string[];
}

/**
 * What agents keep outside of a project: their settings and histories, and caches of package managers. Below the home
 * directory.
 */
const AGENT_STATE: readonly string[] = [
  ".claude",
  ".claude.json",
  ".codex",
  ".gemini",
  ".cursor",
  ".aider",
  ".config/opencode",
  ".local/share/opencode",
  ".cache",
  ".npm",
  ".cargo",
  ".rustup",
  ".bun",
  ".deno",
];

/** Runs the program. Resolves with its exit code; 128 and the signal's number if one ended it. */
export async function runInView(plan: RunPlan): Promise<number> {
  const spec = await specOf(plan);
  const namespaces = { user: spec.identity !== null, pid: spec.confine !== null };
  const why = await whyNoNamespaces(namespaces);
  if (why !== null) {
    throw new WorkspaceError("no_namespaces", 4, `Cannot make a view of a branch: ${why}`, {
      hint: namespaceFix(),
    });
  }
  adoptOrphans();
  // A daemon that was started for this run lives on.
  const others = new Set(children(Deno.pid));
  const cgroup = RunCgroup.make();
  const view = [...unshareCommand(namespaces), ...selfCommand(), "__view"];
  const [command, ...args] = [...(cgroup?.enter ?? []), ...view];
  const child = new Deno.Command(command!, {
    args,
    env: {
      [SPEC_VARIABLE]: JSON.stringify(spec),
      AGENTVFS_BRANCH: plan.branch,
      AGENTVFS_SOCK: plan.socket,
    },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  passSignals(child);
  const { code } = await child.status;
  await endDescendants(others);
  await cgroup?.end();
  return code;
}

async function specOf(plan: RunPlan): Promise<ViewSpec> {
  const { branch, source, mount, socket, cwd, command, at } = plan;
  const isRoot = Deno.uid() === 0;
  return {
    branch,
    tree: join(mount, ".agentvfs/branches", branch),
    places: [source, ...at, mount],
    cwd,
    socket,
    confine: plan.allow === null ? null : await confinement(plan, plan.allow),
    identity: isRoot ? null : { uid: Deno.uid()!, gid: Deno.gid()! },
    command,
  };
}

async function confinement({ store, socket }: RunPlan, allow: readonly string[]) {
  const home = Deno.env.get("HOME");
  const usual = home === undefined ? [] : AGENT_STATE.map((name) => join(home, name));
  return {
    writable: await existing(["/tmp", "/var/tmp", ...usual, ...allow]),
    // In this order: what is in a directory that was hidden is not there any more.
    hidden: await existing([socket, store, stateRoot()]),
  };
}

/** Those that are there. Links are followed: a mount cannot stand on one. */
async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => Deno.realPath(path).catch(() => null)));
  return [...new Set(found.filter((path) => path !== null))];
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
