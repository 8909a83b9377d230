/**
 * Which branch the processes of runs and sessions work on, which the kernel's programs do not know.
 *
 * @module
 */

import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { Watched } from "./messages.ts";

export class ProcessBranches {
  readonly #cgroups = new Map<number, string>();
  readonly #processes = new Map<number, string>();

  watch(watched: Watched): void {
    const [map, key] = "pid" in watched
      ? [this.#processes, watched.pid]
      : [this.#cgroups, watched.cgroup];
    if (watched.branch === null) map.delete(key);
    else map.set(key, watched.branch);
  }

  /** Events have to be asked for in the order in which they were told. */
  of({ action, cgroup, process }: TelemetryEvent): string | undefined {
    const pid = process?.pid;
    if (pid === undefined) return undefined;
    const named = cgroup === undefined ? undefined : this.#cgroups.get(cgroup);
    // It may go to another cgroup, and a cgroup below that has another id.
    const parent = action === "fork" ? process?.parent : undefined;
    const branch = named ?? this.#processes.get(pid) ??
      (parent === undefined ? undefined : this.#processes.get(parent));
    if (action === "exit") this.#processes.delete(pid);
    else if (branch !== undefined && action !== "connect") this.#processes.set(pid, branch);
    return branch;
  }
}
