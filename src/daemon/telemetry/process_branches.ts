/**
 * Which branch the processes of runs and sessions work on, which the kernel's programs do not know.
 *
 * @module
 */

import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { Watched } from "./messages.ts";

export interface Work {
  readonly branch: string;
  /** Of a run: where it sees the branch, beside the mountpoint. */
  readonly place: string | null;
  /** Number of the session, or of the run's program. */
  readonly session: number | null;
}

/** How long events may be late that are about a process which is gone, ms. */
const LATE_MS = 2_000;

export class ProcessBranches {
  readonly #cgroups = new Map<number, Work>();
  readonly #processes = new Map<number, Work>();
  /** The oldest end first. */
  readonly #ended = new Map<number, { readonly work: Work; readonly time: number }>();

  get areNone(): boolean {
    return this.#cgroups.size === 0 && this.#processes.size === 0;
  }

  watch(watched: Watched): void {
    const [map, key] = "pid" in watched
      ? [this.#processes, watched.pid]
      : [this.#cgroups, watched.cgroup];
    const { branch, place = null, session = null } = watched;
    if (branch === null) map.delete(key);
    else map.set(key, { branch, place, session });
  }

  /** Events have to be asked for in the order in which they were told. */
  of({ action, cgroup, process, time }: TelemetryEvent): Work | undefined {
    const pid = process?.pid;
    if (pid === undefined) return undefined;
    const named = cgroup === undefined ? undefined : this.#cgroups.get(cgroup);
    // It may go to another cgroup, and a cgroup below that has another id.
    const parent = action === "fork" ? process?.parent : undefined;
    const work = named ?? this.#processes.get(pid) ??
      (parent === undefined ? undefined : this.#processes.get(parent));
    if (work === undefined) return this.#before(pid, time);
    if (action === "exit") this.#end(pid, work, time);
    else this.#processes.set(pid, work);
    return work;
  }

  /** With the session of its process, if that is of one. */
  withSession(event: TelemetryEvent): TelemetryEvent {
    const session = this.areNone ? null : this.of(event)?.session ?? null;
    return session === null ? event : { ...event, sessionNumber: session };
  }

  #end(pid: number, work: Work, time: number): void {
    this.#processes.delete(pid);
    for (const [other, ended] of this.#ended) {
      if (time - ended.time < LATE_MS) break;
      this.#ended.delete(other);
    }
    this.#ended.delete(pid);
    this.#ended.set(pid, { work, time });
  }

  /** What a process worked on that has ended a moment ago: another source may tell of it later. */
  #before(pid: number, time: number): Work | undefined {
    const ended = this.#ended.get(pid);
    return ended !== undefined && time - ended.time < LATE_MS ? ended.work : undefined;
  }
}
