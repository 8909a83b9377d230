/**
 * The programs that run in views of their own, and which branch they are confined to speak for.
 *
 * A run is known by its mount namespace, which the kernel keeps for it and its descendants. Who has left it for another
 * namespace is known by its ancestors: those of a run are the program itself and the process that supervises it, to which
 * the kernel gives orphans.
 *
 * Kept in a file, for the server that takes over. It means nothing once the machine or the mount has gone.
 *
 * @module
 */

import { replaceFile } from "../../store/files/replace_file.ts";
import {
  ancestry,
  isRunning,
  mountNamespace,
  type ProcessId,
  processId,
} from "../../host/processes.ts";

export interface RunSession {
  /** Number of the branch. */
  readonly branch: number;
  readonly namespace: string;
  readonly program: ProcessId;
  readonly supervisor: ProcessId;
}

export class RunSessions {
  #sessions: RunSession[];

  constructor(readonly path: string) {
    this.#sessions = load(path);
  }

  /** Those that run. */
  get running(): readonly RunSession[] {
    const running = this.#sessions.filter(({ program }) => isRunning(program));
    if (running.length < this.#sessions.length) this.#save(running);
    return running;
  }

  /** The process, which is alone in a mount namespace, works on a branch from now on. False if it is not as it has to be. */
  add(branch: number, pid: number): boolean {
    const [program, supervisor] = ancestry(pid);
    const namespace = mountNamespace(pid);
    if (program === undefined || supervisor === undefined || namespace === null) return false;
    if (namespace === mountNamespace("self")) return false;
    const { running } = this;
    const isSame = (run: RunSession) => run.namespace === namespace;
    // A program does not become another branch's.
    if (running.some((run) => isSame(run) && run.branch !== branch)) return false;
    const others = running.filter((run) => !isSame(run));
    this.#save([...others, { branch, namespace, program, supervisor }]);
    return true;
  }

  /** The run that a process belongs to; null if it belongs to none. */
  of(pid: number): RunSession | null {
    const running = this.running;
    if (running.length === 0) return null;
    const namespace = mountNamespace(pid);
    const direct = running.find((session) => session.namespace === namespace);
    if (direct !== undefined) return direct;
    for (const { pid: ancestor, started } of ancestry(pid)) {
      const isIn = ({ program }: RunSession) =>
        program.pid === ancestor && program.started === started;
      const above = running.find(isIn) ??
        (ancestor === pid
          ? undefined
          : running.find((session) =>
            session.supervisor.pid === ancestor && session.supervisor.started === started
          ));
      if (above !== undefined) return above;
    }
    return null;
  }

  #save(sessions: readonly RunSession[]): void {
    this.#sessions = [...sessions];
    replaceFile(this.path, JSON.stringify(sessions));
  }
}

function load(path: string): RunSession[] {
  try {
    return (JSON.parse(Deno.readTextFileSync(path)) as RunSession[])
      .filter(({ program }) => processId(program.pid)?.started === program.started);
  } catch {
    return [];
  }
}
