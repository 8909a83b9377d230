/**
 * Runs beside each other, or for somebody who watches: each has a supervisor of its own, a process that ends its program, and
 * what that leaves, as soon as the one that asked for it is gone.
 *
 * @module
 */

import { isAlive } from "../../host/processes.ts";
import { selfCommand } from "../workspaces/spawn.ts";
import { runInView } from "./run_on_branch.ts";
import type { RunPlan } from "./run_plan.ts";

const PLAN_VARIABLE = "AGENTVFS_RUN_PLAN";
/** How often a supervisor looks whether the one that asked for it still lives, ms. */
const LOOK_MS = 250;
/** Longest time a program may take to end once it is told to, ms. */
const END_DEADLINE_MS = 5_000;

export type SupervisedPlan = Omit<RunPlan, "say" | "kill">;

export interface SupervisedStreams {
  readonly stdin: "inherit" | "null";
  readonly stdout: "inherit" | "piped";
  readonly stderr: "inherit" | "piped";
}

/**
 * Starts a run. It ends with the program's exit code. SIGTERM ends the program, a few seconds later whether it wants to or not.
 *
 * @param env further environment of the program
 */
export function startSupervised(
  plan: SupervisedPlan,
  env: Readonly<Record<string, string>>,
  streams: SupervisedStreams,
): Deno.ChildProcess {
  const [command, ...args] = [...selfCommand(), "__run"];
  const asked: Asked = { plan, asker: Deno.pid };
  return new Deno.Command(command!, {
    args,
    env: { ...env, [PLAN_VARIABLE]: JSON.stringify(asked) },
    ...streams,
  }).spawn();
}

interface Asked {
  readonly plan: SupervisedPlan;
  readonly asker: number;
}

/** The run that this process was started to supervise, by {@linkcode startSupervised}; null if it was not. */
export function superviseAsked(): ((say: RunPlan["say"]) => Promise<number>) | null {
  const text = Deno.env.get(PLAN_VARIABLE);
  if (text === undefined) return null;
  Deno.env.delete(PLAN_VARIABLE);
  const { plan, asker } = JSON.parse(text) as Asked;
  return async (say) => {
    const kill = new AbortController();
    // Windows has no signal that could be passed on.
    const passes = Deno.build.os !== "windows";
    if (passes) {
      Deno.addSignalListener("SIGTERM", () => {
        Deno.unrefTimer(setTimeout(() => kill.abort(), END_DEADLINE_MS));
      });
    }
    const look = setInterval(() => {
      if (Deno.ppid === asker && (passes || isAlive(asker))) return;
      clearInterval(look);
      if (passes) Deno.kill(Deno.pid, "SIGTERM");
      else kill.abort();
    }, LOOK_MS);
    Deno.unrefTimer(look);
    return await runInView({ ...plan, say, kill: kill.signal });
  };
}
