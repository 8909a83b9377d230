/**
 * A cgroup of its own for what a run starts: whatever it does to hide, it is in it, and can be told how much it may use.
 *
 * It is made below the cgroup of the process that supervises the run, where that may be. A supervisor that is killed
 * leaves it behind; the next one in the same place removes it.
 *
 * @module
 */

import { cgroupId, cgroupOf } from "../../ffi/linux/cgroup.ts";
import { displayString } from "../../ffi/binary_string.ts";
import { unifiedRoot } from "./cgroup_sessions.ts";
import { processId } from "../host/processes.ts";

const PREFIX = "agentvfs-run-";
/** Longest time that processes which were killed may take to be gone, and how often it is looked, ms. */
const EMPTY_DEADLINE_MS = 5_000;
const POLL_MS = 10;

export class RunCgroup {
  private constructor(readonly directory: string) {}

  /** Null where this process may not make one. */
  static make(): RunCgroup | null {
    try {
      const root = unifiedRoot();
      const own = cgroupOf(Deno.pid);
      if (root === null || own === null) return null;
      const parent = own === "/" ? root : root + displayString(own);
      removeLeft(parent);
      const directory = `${parent}/${PREFIX}${Deno.pid}`;
      Deno.mkdirSync(directory);
      // To enter it is to write here.
      Deno.openSync(`${directory}/cgroup.procs`, { write: true }).close();
      return new RunCgroup(directory);
    } catch {
      return null;
    }
  }

  /**
   * What begins the command line of a program that is to be in it. Its process id and signals stay the program's. Should
   * somebody have removed the cgroup, the program runs without, unless it `has` to be in it: then it ends with 1.
   */
  enter(has: boolean): string[] {
    const enter = '{ echo $$ >"$0/cgroup.procs"; } 2>/dev/null';
    return ["/bin/sh", "-c", `${enter}${has ? " || exit 1; " : "; "}exec "$@"`, this.directory];
  }

  /** Kills what is left in it, and removes it. */
  async end(): Promise<void> {
    try {
      // Since Linux 5.14. Before it, who supervises has killed what it found.
      await Deno.writeTextFile(`${this.directory}/cgroup.kill`, "1");
    } catch { /* as said */ }
    for (const until = performance.now() + EMPTY_DEADLINE_MS; performance.now() < until;) {
      if (remove(this.directory)) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** Id of the run's own cgroup that a process is in, or below of; null if it is in none. */
export function runCgroupOf(pid: number): number | null {
  const [root, path] = [unifiedRoot(), cgroupOf(pid)];
  if (root === null || path === null) return null;
  const names = displayString(path).split("/");
  const index = names.findIndex((name) => name.startsWith(PREFIX));
  return index < 0 ? null : cgroupId(root + names.slice(0, index + 1).join("/")) || null;
}

/** Those of supervisors that are gone. One that still is may be about to have its program enter. */
function removeLeft(parent: string): void {
  for (const { name } of Deno.readDirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    if (processId(Number(name.slice(PREFIX.length))) === null) remove(`${parent}/${name}`);
  }
}

/** A program may have made cgroups in its own. Returns false if processes are in any. */
function remove(directory: string): boolean {
  try {
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      if (isDirectory) remove(`${directory}/${name}`);
    }
    Deno.removeSync(directory);
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
