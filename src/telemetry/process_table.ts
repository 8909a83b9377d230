/**
 * Who the threads are that events name.
 *
 * What the system says of a process counts while it is there, and what a source has told of it afterwards. Numbers of processes
 * are used again, and a process may become another program: what is known is looked at again when it was not for a moment.
 *
 * @module
 */

import { type ProcessDetails, processDetails } from "../host/process_details.ts";
import { processOf } from "../host/processes.ts";
import type { TelemetryEvent, TelemetryProcess } from "./event.ts";
import type { Caller } from "./mount_record.ts";
import { redactArguments } from "./redact.ts";

/** How long what is known of a process holds without another look, ms. */
const FRESH_MS = 50;
/** How long events may be late that are about a process which is gone, ms. */
const LATE_MS = 2_000;
/** Threads, and processes, that are remembered. */
const MOST = 16_384;

type Details = Omit<TelemetryProcess, "tid" | "uid" | "gid">;

interface Known {
  /** The same object as long as nothing changes: encoders keep what they made of it. */
  process: TelemetryProcess;
  /** When that was so. */
  at: number;
  /** All that the system said, to tell whether it says something else now; "": it said nothing. */
  said: string;
}

/** What is asked of the system. */
export interface ProcessSystem {
  processOf(thread: number): number;
  details(pid: number): ProcessDetails | null;
}

export class ProcessTable {
  readonly #threads = new Map<number, Known>();
  /** By process: what a source told, or the system. */
  readonly #processes = new Map<number, Details>();

  /** `hidesAll`: of arguments nothing but the program's name is kept. */
  constructor(
    readonly hidesAll: boolean,
    readonly system: ProcessSystem = { processOf, details: processDetails },
  ) {}

  /** Who that is, who did something at `time`. */
  of(caller: Caller, time: number): TelemetryProcess {
    const known = this.#threads.get(caller.tid);
    const isSame = known !== undefined && isOf(known.process, caller);
    if (isSame && time - known.at < FRESH_MS) return known.process;
    const pid = caller.pid || this.system.processOf(caller.tid);
    const seen = this.system.details(pid);
    if (seen !== null) return this.#seen(caller, seen, known, time);
    if (isSame && time - known.at < LATE_MS) return known.process;
    const details = { pid, ...this.#processes.get(pid), ...named(caller) };
    return this.#keep(caller, merged(caller, details), time, "");
  }

  /** What a source tells of a process. */
  learn({ action, process, time }: TelemetryEvent): void {
    if (process?.pid === undefined) return;
    const { pid } = process;
    if (action === "exit") return;
    const { tid: _tid, uid: _uid, gid: _gid, exitCode: _code, signal: _signal, ...told } = process;
    const before = action === "exec" ? undefined : this.#processes.get(pid);
    const details = { ...before, ...this.#shown(told) };
    this.#remember(pid, details);
    const known = this.#threads.get(pid);
    if (known === undefined) return;
    const { tid = pid, uid = 0, gid = 0 } = known.process;
    Object.assign(known, { process: merged({ tid, uid, gid }, details), at: time, said: "" });
  }

  #seen(
    caller: Caller,
    seen: ProcessDetails,
    known: Known | undefined,
    time: number,
  ): TelemetryProcess {
    const said = JSON.stringify(seen);
    if (known !== undefined && known.said === said && isOf(known.process, caller)) {
      known.at = time;
      return known.process;
    }
    const details = this.#shown(seen);
    this.#remember(seen.pid, details);
    return this.#keep(caller, merged(caller, details), time, said);
  }

  #keep(caller: Caller, process: TelemetryProcess, at: number, said: string): TelemetryProcess {
    if (caller.tid === 0) return process;
    forgetOldest(this.#threads);
    this.#threads.set(caller.tid, { process, at, said });
    return process;
  }

  #remember(pid: number, details: Details): void {
    forgetOldest(this.#processes);
    this.#processes.set(pid, details);
  }

  #shown<T extends Details>(details: T): T {
    if (details.args === undefined) return details;
    return { ...details, args: redactArguments(details.args, this.hidesAll) };
  }
}

function forgetOldest(map: Map<number, unknown>): void {
  if (map.size < MOST) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

function named({ name }: Caller): { name?: string } {
  return name === "" ? {} : { name };
}

function merged(
  { tid, uid, gid }: Pick<Caller, "tid" | "uid" | "gid">,
  details: Details,
): TelemetryProcess {
  return { tid, uid, gid, ...details };
}

/** Where the caller's process is known it says when it is another one. */
function isOf(process: TelemetryProcess, { uid, gid, pid }: Caller): boolean {
  return process.uid === uid && process.gid === gid && (pid === 0 || process.pid === pid);
}
