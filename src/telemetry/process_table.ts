/**
 * Who the threads are that events name.
 *
 * What the system says of a process counts while it is there, and what a source has told of it afterwards. Numbers of processes
 * are used again, and a process may become another program: what is known is looked at again when it was not for a moment.
 *
 * @module
 */

import { type ProcessDetails, processDetails } from "../host/process_details.ts";
import { commandOf, processOf } from "../host/processes.ts";
import type { TelemetryEvent, TelemetryProcess } from "./event.ts";
import { type Caller, UNKNOWN } from "./mount_record.ts";
import { redactArguments } from "./redact.ts";

/** How long what is known of a process holds without another look, ms. */
const FRESH_MS = 50;
/** How long it may have been silent meanwhile, where nobody tells that it has become another program, ms. */
const SILENCE_MS = 0.5;
/** How long events may be late that are about a process which is gone, ms. */
const LATE_MS = 2_000;
/** Threads, and processes, that are remembered. */
const MOST = 2_048;

type Details = Omit<TelemetryProcess, "tid" | "uid" | "gid">;

interface Known {
  /** The same object as long as nothing changes: encoders keep what they made of it. */
  process: TelemetryProcess;
  /** When that was so. */
  at: number;
  /** When it did something last. */
  used: number;
  /** The thread's name, if its callers have one. */
  name: string;
  /** All that the system said, to tell whether it says something else now; "": it said nothing. */
  said: string;
}

/** What is asked of the system. */
export interface ProcessSystem {
  processOf(thread: number): number;
  details(pid: number): ProcessDetails | null;
  /** Its name alone, which is found out sooner. */
  commandOf(pid: number): string;
}

export class ProcessTable {
  readonly #threads = new Map<number, Known>();
  /** By process: what a source told, or the system. */
  readonly #processes = new Map<number, Details>();

  /** `hidesAll`: of arguments nothing but the program's name is kept. */
  constructor(
    readonly hidesAll: boolean,
    readonly system: ProcessSystem = { processOf, details: processDetails, commandOf },
  ) {}

  /** How many are remembered. */
  get counts(): { threads: number; processes: number } {
    return { threads: this.#threads.size, processes: this.#processes.size };
  }

  /** Who that is, who did something at `time`. */
  of(caller: Caller, time: number): TelemetryProcess {
    const known = this.#threads.get(caller.tid);
    const isSame = known !== undefined && isOf(known, caller);
    if (isSame && time - known.at < FRESH_MS && this.#isStill(known, caller, time)) {
      known.used = time;
      return known.process;
    }
    const pid = caller.pid || this.system.processOf(caller.tid);
    const seen = this.system.details(pid);
    if (seen !== null && !isLater(seen, caller)) return this.#seen(caller, seen, known, time);
    if (isSame && time - known.at < LATE_MS) return known.process;
    const told = this.#processes.get(pid);
    // The name of a thread that is not the first says nothing of its process.
    const isItself = caller.tid === pid || told === undefined;
    const isOther = isItself && caller.name !== "" && told?.name !== caller.name;
    const details = { pid, ...(isOther ? {} : told), ...(isItself ? named(caller) : {}) };
    return this.#keep(caller, merged(caller, details), time, "");
  }

  #isStill({ process, used }: Known, { name }: Caller, time: number): boolean {
    if (name !== "" || time - used < SILENCE_MS) return true;
    const { pid, name: before = "" } = process;
    const now = this.system.commandOf(pid ?? 0);
    return now === before || now === "?";
  }

  /** What a source tells of a process. */
  learn({ action, process, time }: TelemetryEvent): void {
    if (process?.pid === undefined) return;
    const { pid } = process;
    if (action === "exit") return;
    const { tid: _tid, uid: _uid, gid: _gid, exitCode: _code, signal: _signal, ...told } = process;
    const before = this.#processes.get(pid);
    const kept = action === "exec" ? this.#lasting(told, before) : before;
    const details = { ...kept, ...this.#shown(told) };
    this.#remember(pid, details);
    const known = this.#threads.get(pid);
    if (known === undefined) return;
    const { tid = pid, uid = UNKNOWN, gid = UNKNOWN } = known.process;
    // What it did under its old name, and is told of later, is not the new program's.
    const name = known.name === "" ? "" : details.name ?? known.name;
    Object.assign(known, { process: merged({ tid, uid, gid }, details), at: time, said: "", name });
  }

  /** What a process stays when it becomes another program: when it was started, and by whom, where that is not told. */
  #lasting({ pid, start }: Details, before: Details | undefined): Details | undefined {
    if (start !== undefined) return undefined;
    // Its number may have been another's.
    const now = this.system.details(pid!) ?? before;
    if (now?.start === undefined) return undefined;
    return { start: now.start, ...now.parent === undefined ? {} : { parent: now.parent } };
  }

  /** Whose arguments and name another source does not know. Of whom only the number is known, the system is asked, too. */
  complete(process: TelemetryProcess): TelemetryProcess {
    const { pid, name } = process;
    if (pid === undefined) return process;
    const known = this.#processes.get(pid);
    return this.#shown({ ...name === undefined ? this.#looked(pid, known) : known, ...process });
  }

  /** Once it has ended nobody can say more of it than is known. */
  #looked(pid: number, known: Details | undefined): Details | undefined {
    const now = this.system.commandOf(pid);
    if (now === "?" || now === known?.name) return known;
    const seen = this.system.details(pid);
    if (seen === null) return known;
    const details = this.#shown(seen);
    this.#remember(pid, details);
    return details;
  }

  #seen(
    caller: Caller,
    seen: ProcessDetails,
    known: Known | undefined,
    time: number,
  ): TelemetryProcess {
    const said = JSON.stringify(seen);
    if (known !== undefined && known.said === said && isOf(known, caller)) {
      known.at = known.used = time;
      return known.process;
    }
    const details = this.#shown(seen);
    this.#remember(seen.pid, details);
    return this.#keep(caller, merged(caller, details), time, said);
  }

  #keep(caller: Caller, process: TelemetryProcess, at: number, said: string): TelemetryProcess {
    if (caller.tid === 0) return process;
    forgetOldest(this.#threads);
    this.#threads.set(caller.tid, { process, at, used: at, name: caller.name, said });
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
  // Where processes' users have no numbers, none is told.
  return { tid, ...(uid === UNKNOWN ? {} : { uid, gid }), ...details };
}

/** True if the process has become another program since it did what is told of. */
function isLater(seen: ProcessDetails, { tid, name }: Caller): boolean {
  return name !== "" && tid === seen.pid && name !== seen.name;
}

/** Where the caller's process and name are known they say when it is another one, or another program. */
function isOf({ process, name: before }: Known, { uid, gid, pid, name }: Caller): boolean {
  return before === name && (process.uid ?? UNKNOWN) === uid &&
    (process.gid ?? UNKNOWN) === gid &&
    (pid === 0 || process.pid === pid);
}
