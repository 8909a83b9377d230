/**
 * Running a program on a branch where a process cannot have a view of its own: it starts in the branch's folder, below the
 * mount, and the rest of the machine is to it as to any program.
 *
 * @module
 */

import { join, relative } from "node:path";
import { isWithin } from "../../host/mounts.ts";
import { reason, WorkspaceError } from "../workspaces/workspace.ts";
import { runEnvironment, type RunPlan } from "./run_plan.ts";

/** Runs the program. Resolves with its exit code; 128 and the signal's number if one ended it. */
export async function runInView(plan: RunPlan): Promise<number> {
  await checkNamespaces(plan);
  refuse(plan.network !== null, ...NETWORK);
  refuse(plan.at.length > 0, "--at", "shows a program a branch at another path");
  refuse(plan.watch, "--watch", "watches what a program does outside the branch");
  const [program, ...args] = plan.command;
  const directory = await directoryOf(plan);
  plan.say(`branch ${plan.branch} is in ${directory}; nothing else is kept from the program`);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program!, {
      args,
      windowsRawArguments: plan.isRaw ?? false,
      cwd: directory,
      env: runEnvironment(plan),
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (!await isDirectory(directory)) {
      throw new WorkspaceError("no_directory", 1, `${directory} is not there`, {
        hint: "agentvfs doctor looks at what is mounted",
      });
    }
    const isMissing = error instanceof Deno.errors.NotFound;
    plan.say(
      isMissing ? `There is no program ${program}` : `Cannot run ${program}: ${reason(error)}`,
    );
    return isMissing ? NOT_FOUND : NOT_EXECUTABLE;
  }
  plan.kill?.addEventListener("abort", () => child.kill("SIGKILL"));
  passSignals(child);
  return (await child.status).code;
}

/** Throws where what is asked for needs a view of its own. */
export function checkNamespaces(
  { confine }: Pick<RunPlan, "confine">,
): Promise<void> {
  refuse(confine !== null, "--confine", "keeps a program from the rest of the machine");
  return Promise.resolve();
}

const NETWORK = ["--net", "keeps a program from the network"] as const;

// deno-lint-ignore require-await -- what it throws is to be a rejection
export async function parseNetworkOption(_text: string): Promise<null> {
  refuse(true, ...NETWORK);
  return null;
}

function refuse(isAsked: boolean, option: string, does: string): void {
  if (!isAsked) return;
  throw new WorkspaceError("only_on_linux", 4, `${option} ${does} on Linux only`, {
    hint: `Leave it out: the program then starts in the branch's folder`,
  });
}

/** What a shell ends with that finds no such program, or cannot run it. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Where the command was given, as the branch has it; its root where the branch has no such directory. */
async function directoryOf({ branch, source, mount, cwd }: RunPlan): Promise<string> {
  const root = branch === MAIN ? mount : join(mount, ".agentvfs/branches", branch);
  const inside = isWithin(cwd, source) ? join(root, relative(source, cwd)) : root;
  return await isDirectory(inside) ? inside : root;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => null))?.isDirectory ?? false;
}

/** The branch that the mount shows. */
const MAIN = "main";

/** A terminal sends its signals to the program too; the others come to this process alone. */
function passSignals(child: Deno.ChildProcess): void {
  const isWindows = Deno.build.os === "windows";
  const shared = isWindows ? ["SIGINT", "SIGBREAK"] as const : ["SIGINT", "SIGQUIT"] as const;
  for (const signal of shared) Deno.addSignalListener(signal, () => {});
  if (isWindows) return;
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch { /* it has ended */ }
    });
  }
}
