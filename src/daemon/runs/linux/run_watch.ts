/**
 * Watches what a run does outside its branch, by its system calls.
 *
 * A process of its own hears of them, and goes on should the supervisor be killed; the supervisor holds the listener too, and
 * starts another should that process be killed. Should both be, a shell is left, which has waited for that and becomes the next one.
 * A call of which nobody can hear any more would fail.
 *
 * @module
 */

import { failureCode } from "../../../host/failure.ts";
import { RecordSender } from "../../../telemetry/linux/record_sender.ts";
import { recordSocketPath } from "../../../telemetry/record_socket_path.ts";
import { Listening } from "../../../telemetry/linux/listening.ts";
import { WATCHED_CALLS, watchNotices } from "../../../telemetry/linux/seccomp_watch.ts";
import type { CallsToHandOver } from "../../../views/hand_over_calls.ts";
import { isWithin } from "../../../host/mounts.ts";
import { selfCommand } from "../../workspaces/spawn.ts";
import { WorkspaceError } from "../../workspaces/workspace.ts";

/**
 * Reads who hears of calls, the last of whom counts once the supervisor is gone; waits for the end of that one, and becomes another.
 * Of a process that has ended and is not waited for there is no executable.
 */
const STAND_BY = `trap '' HUP INT QUIT TERM
while read -r pid; do last=$pid; done
while [ -e "/proc/$last/exe" ]; do sleep 0.1; done
exec "$@"`;

const PLAN_VARIABLE = "AGENTVFS_WATCH_PLAN";
/** Longest time that a watcher may take to end when nobody is left to be watched, ms. */
const END_DEADLINE_MS = 5_000;
/** Watchers that end so soon, one after the other, are not started again for ever, ms. */
const EARLY_MS = 1_000;
const MOST_EARLY = 5;

export interface WatchPlan {
  readonly branch: string;
  /** Control socket of the daemon. */
  readonly socket: string;
  /** Where the branch stands: what is done there the mount tells. */
  readonly places: readonly string[];
}

interface Asked extends WatchPlan {
  readonly listener: number;
  /** Memory in which the call stands that is heard of. */
  readonly notice: number;
}

export class RunWatch {
  readonly #listening: Listening;
  readonly #plan: WatchPlan;
  #child: Deno.ChildProcess | null = null;
  #standBy: Deno.ChildProcess | null = null;
  #isOver = false;

  readonly #command: readonly string[];

  private constructor(listening: Listening, plan: WatchPlan, command: readonly string[]) {
    this.#listening = listening;
    this.#plan = plan;
    this.#command = command;
  }

  /** `command` hears of the calls. Throws {@linkcode WorkspaceError} where the program could not be watched. */
  static begin(plan: WatchPlan, command = [...selfCommand(), "__watch"]): RunWatch {
    const listening = Listening.begin();
    if (listening instanceof Listening) return new RunWatch(listening, plan, command);
    const why = failureCode(listening);
    throw new WorkspaceError("not_watched", 4, `Cannot watch the program: ${why}`);
  }

  /** For the process that is to become the program, which inherits the descriptor in it. */
  get toHandOver(): CallsToHandOver {
    return { socket: this.#listening.inherited, calls: WATCHED_CALLS };
  }

  /**
   * That process was started. Calls `onWatcher` with the id of each process that hears of the program's calls, and `onFailure`
   * where there can be none.
   */
  started(onWatcher: (pid: number) => void, onFailure: (why: string) => void): void {
    this.#hear(onWatcher).catch((error: unknown) => {
      this.#child = null;
      onFailure(error instanceof Error ? error.message : String(error));
    });
  }

  async #hear(onWatcher: (pid: number) => void): Promise<void> {
    const listener = await this.#listening.receive();
    // None came: the program was not begun, and has said why.
    if (listener < 0 || this.#isOver) return;
    const watch = this.#command;
    const asked: Asked = { ...this.#plan, listener, notice: this.#listening.notice };
    const env = { [PLAN_VARIABLE]: JSON.stringify(asked) };
    const standBy = this.#standBy = new Deno.Command("/bin/sh", {
      args: ["-c", STAND_BY, "sh", ...watch],
      env,
      stdin: "piped",
      stdout: "null",
    }).spawn();
    onWatcher(standBy.pid);
    const told = standBy.stdin.getWriter();
    let early = 0;
    while (!this.#isOver) {
      const [command, ...args] = watch;
      const begun = performance.now();
      this.#child = new Deno.Command(command!, { args, env, stdin: "null", stdout: "null" })
        .spawn();
      onWatcher(this.#child.pid);
      // Somebody may have killed who stands by, too.
      await told.write(new TextEncoder().encode(`${this.#child.pid}\n`)).catch(() => {});
      if ((await this.#child.status).success) return;
      early = performance.now() - begun < EARLY_MS ? early + 1 : 0;
      if (early === MOST_EARLY) throw new Error("whoever is to hear of its calls ends at once");
    }
  }

  /** The program, and all that it started, has ended. */
  async end(): Promise<void> {
    this.#isOver = true;
    const child = this.#child;
    this.#listening.close();
    if (this.#standBy !== null) {
      kill(this.#standBy);
      await this.#standBy.status;
    }
    if (child === null) return;
    const timer = setTimeout(() => kill(child), END_DEADLINE_MS);
    await child.status;
    clearTimeout(timer);
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch { /* it has ended */ }
}

/** Hears of a run's calls, as this process was started to do by {@linkcode RunWatch}; null if it was not. */
export function watchAsked(): (() => void) | null {
  const text = Deno.env.get(PLAN_VARIABLE);
  if (text === undefined) return null;
  Deno.env.delete(PLAN_VARIABLE);
  const { listener, notice, branch, socket, places } = JSON.parse(text) as Asked;
  const memory = Listening.memory(notice);
  if (memory === null) return null;
  const sender = new RecordSender(recordSocketPath(socket), "seccomp");
  return () => {
    Listening.outliveTerminal();
    watchNotices(listener, memory, {
      tell: (event) => sender.tell({ ...event, branch }),
      pause: () => sender.flush(),
      isToldElsewhere: (path) => places.some((place) => isWithin(path, place)),
    });
    sender.finish();
  };
}
