/**
 * Watches what a run does outside its branch, by its system calls.
 *
 * A process of its own hears of them, and goes on should the supervisor be killed; the supervisor holds the listener too, and
 * starts another should that process be killed. A call of which nobody can hear any more would fail.
 *
 * @module
 */

import { failureCode } from "../../host/failure.ts";
import { RecordSender } from "../../telemetry/linux/record_sender.ts";
import { recordSocketPath } from "../../telemetry/linux/record_socket.ts";
import { Listening } from "../../telemetry/linux/listening.ts";
import { WATCHED_CALLS, watchNotices } from "../../telemetry/linux/seccomp_watch.ts";
import type { CallsToHandOver } from "../../views/hand_over_calls.ts";
import { isWithin } from "../../host/mounts.ts";
import { selfCommand } from "../workspaces/spawn.ts";
import { WorkspaceError } from "../workspaces/workspace.ts";

const PLAN_VARIABLE = "AGENTVFS_WATCH_PLAN";
/** Longest time that a watcher may take to end when nobody is left to be watched, ms. */
const END_DEADLINE_MS = 2_000;

export interface WatchPlan {
  readonly branch: string;
  /** Control socket of the daemon. */
  readonly socket: string;
  /** Where the branch stands: what is done there the mount tells. */
  readonly places: readonly string[];
}

interface Asked extends WatchPlan {
  readonly listener: number;
}

export class RunWatch {
  readonly #listening: Listening;
  readonly #plan: WatchPlan;
  #child: Deno.ChildProcess | null = null;
  #isOver = false;

  private constructor(listening: Listening, plan: WatchPlan) {
    this.#listening = listening;
    this.#plan = plan;
  }

  /** Throws {@linkcode WorkspaceError} where the program could not be watched. */
  static begin(plan: WatchPlan): RunWatch {
    const listening = Listening.begin();
    if (listening instanceof Listening) return new RunWatch(listening, plan);
    const why = failureCode(listening);
    throw new WorkspaceError("not_watched", 4, `Cannot watch the program: ${why}`);
  }

  /** For the process that is to become the program, which inherits the descriptor in it. */
  get toHandOver(): CallsToHandOver {
    return { socket: this.#listening.inherited, calls: WATCHED_CALLS };
  }

  /** That process was started. Calls `onWatcher` with the id of each process that hears of the program's calls. */
  started(onWatcher: (pid: number) => void): void {
    void this.#listening.receive().then(async (listener) => {
      // None came: the program was not begun, and has said why.
      while (listener >= 0 && !this.#isOver) {
        const asked: Asked = { ...this.#plan, listener };
        const [command, ...args] = [...selfCommand(), "__watch"];
        this.#child = new Deno.Command(command!, {
          args,
          env: { [PLAN_VARIABLE]: JSON.stringify(asked) },
          stdin: "null",
          stdout: "null",
        }).spawn();
        onWatcher(this.#child.pid);
        if ((await this.#child.status).success) return;
      }
    });
  }

  /** The program, and all that it started, has ended. */
  async end(): Promise<void> {
    this.#isOver = true;
    const child = this.#child;
    this.#listening.close();
    if (child === null) return;
    const timer = setTimeout(() => child.kill("SIGKILL"), END_DEADLINE_MS);
    await child.status;
    clearTimeout(timer);
  }
}

/** Hears of a run's calls, as this process was started to do by {@linkcode RunWatch}; null if it was not. */
export function watchAsked(): (() => void) | null {
  const text = Deno.env.get(PLAN_VARIABLE);
  if (text === undefined) return null;
  Deno.env.delete(PLAN_VARIABLE);
  const { listener, branch, socket, places } = JSON.parse(text) as Asked;
  const sender = new RecordSender(recordSocketPath(socket), "seccomp");
  return () => {
    Listening.outliveTerminal();
    watchNotices(listener, {
      tell: (event) => sender.tell({ ...event, branch }),
      pause: () => sender.flush(),
      isToldElsewhere: (path) => places.some((place) => isWithin(path, place)),
    });
  };
}
