/**
 * Who made a request, as far as rules ask.
 *
 * The kernel says the user with each request. The name and the executable of the program are read from /proc when a rule
 * asks, each time anew: a process may have become another one since. Both are those of the process, also where one of
 * its threads, or a worker of the kernel's for it, asks. The name is what the process says it is. The executable is a path
 * in the process's own mount namespace, compared by what it means ({@linkcode ProgramPaths}).
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { identityOfLink } from "../../../ffi/linux/stat.ts";
import type { TelemetryProcess } from "../../telemetry/event.ts";
import type { Caller } from "../../policy/policy.ts";
import type { ProgramPaths } from "../policy/program_paths.ts";
import type { Asker } from "../asker.ts";
import type { CgroupCallers } from "./cgroup_callers.ts";

export class PolicyCaller implements Caller {
  #thread = 0;
  uid: number | null = null;

  /** `callers`: null where the mount is not routed by cgroup: nobody is in a session then. */
  constructor(readonly callers: CgroupCallers | null, readonly programs: ProgramPaths) {}

  /** It stands for whoever made this request until it is told another one. */
  of(request: Asker): Caller {
    this.#thread = request.pid;
    this.uid = request.uid;
    return this;
  }

  runs(program: string): boolean | null {
    if (this.#thread === 0) return null;
    if (!program.startsWith("/")) {
      const name = processName(this.#thread);
      return name === null ? null : name === program;
    }
    const executable = executableOf(this.#thread);
    if (executable === null) return null;
    const identity = () => identityOfLink(cString(`/proc/${this.#thread}/exe`));
    return this.programs.isThat(program, executable, identity);
  }

  isIn(session: string): boolean | null {
    if (this.callers === null || this.callers.sessions.length === 0) return false;
    if (this.#thread === 0) return null;
    const found = this.callers.sessionOf(this.#thread);
    return found !== null && String(found.id) === session;
  }
}

/** Where a file that was replaced or removed since it was started was. */
const DELETED = " (deleted)";

function executableOf(thread: number): string | null {
  try {
    const path = Deno.readLinkSync(`/proc/${thread}/exe`);
    return path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
  } catch {
    return null;
  }
}

/** At most 15 bytes, of the process that the thread belongs to. */
function processName(thread: number): string | null {
  return processOf(thread)?.name ?? null;
}

function processOf(thread: number): { pid: number; name: string } | null {
  try {
    const status = Deno.readTextFileSync(`/proc/${thread}/status`);
    const pid = /^Tgid:\t(\d+)$/m.exec(status)?.[1];
    if (pid === undefined) return null;
    const name = Deno.readTextFileSync(`/proc/${pid}/comm`).replace(/\n$/, "");
    return { pid: Number(pid), name };
  } catch {
    return null;
  }
}

/** Who made a request, as filters are told. */
export function askingProcess({ pid: tid, uid, gid }: Asker): TelemetryProcess {
  const process = processOf(tid);
  const executable = executableOf(tid);
  return {
    tid,
    ...(uid === null || gid === null ? {} : { uid, gid }),
    ...(process === null ? {} : { pid: process.pid, name: binaryString(process.name) }),
    ...(executable === null ? {} : { executable: binaryString(executable) }),
  };
}
