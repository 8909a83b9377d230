/**
 * Follows programs that run already, and all that they start, by stopping them at every system call (ptrace(2)). They go on when
 * it ends, whatever ended it.
 *
 * All of it has to be done by one thread, which does nothing else.
 *
 * @module
 */

import { monotonicTime } from "../../../ffi/linux/clock.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import {
  eventMessage,
  goOn,
  interrupt,
  listen,
  seize,
  systemCallOf,
  TraceEvent,
  waitForAny,
} from "../../../ffi/linux/watch/ptrace.ts";
import { linkedPath } from "../../../ffi/linux/watch/linked_path.ts";
import { binaryString, textOfBytes } from "../../../ffi/binary_string.ts";
import type { TelemetryEvent, TelemetryProcess } from "../event.ts";
import { SourceError } from "../source.ts";
import { callerMemory, callerOf } from "./caller_memory.ts";
import { describeCall, type DescribedCall } from "./describe_call.ts";
import { errorName } from "../../../ffi/linux/watch/error_name.ts";
import { FILE_CALL_OF } from "./file_calls.ts";

export interface TraceWatcher {
  tell(event: TelemetryEvent): void;
  /** Whether somebody else tells of what is done at a path. */
  isToldElsewhere(path: string): boolean;
  /** Asked whenever a wait was interrupted. */
  isOver(): boolean;
}

const SIGTRAP = 5;
/** What PTRACE_O_TRACESYSGOOD adds for system calls. */
const SYSTEM_CALL = SIGTRAP | 0x80;
/** SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU: they stop a process as a whole. */
const STOPPING: readonly number[] = [19, 20, 21, 22];

/** A thread that is followed. */
interface Followed {
  /** Its process. */
  readonly pid: number;
  /** That it is in. */
  call: DescribedCall | null;
}

export class PtraceWatch {
  readonly #threads = new Map<number, Followed>();
  /** Those whose first stop came before that of the thread that began them. */
  readonly #early = new Set<number>();
  readonly #watcher: TraceWatcher;

  constructor(watcher: TraceWatcher) {
    this.#watcher = watcher;
  }

  /** Begins to follow every thread of a process. Throws {@linkcode SourceError}. */
  attach(pid: number): void {
    // Threads may begin while others are attached.
    for (let before = -1; before !== this.#threads.size;) {
      before = this.#threads.size;
      for (const thread of threadsOf(pid)) {
        if (this.#threads.has(thread)) continue;
        const result = seize(thread);
        if (result === -Errno.EPERM && thread !== pid && this.#threads.has(pid)) continue;
        if (result < 0 && thread === pid) throw new SourceError("ptrace", whyNot(pid, -result));
        if (result < 0) continue;
        this.#threads.set(thread, { pid, call: null });
        interrupt(thread);
      }
    }
  }

  /** Returns when none of them is left, or it is over. */
  run(): void {
    while (this.#threads.size > 0) {
      const waited = waitForAny();
      if (typeof waited === "number") {
        if (waited !== -Errno.EINTR || this.#watcher.isOver()) return;
        continue;
      }
      const { thread, status } = waited;
      const isStopped = (status & 0xff) === 0x7f;
      if (isStopped) this.#stopped(thread, (status >> 8) & 0xff, status >> 16);
      else this.#ended(thread, status);
    }
  }

  #stopped(thread: number, signal: number, event: number): void {
    if (!this.#threads.has(thread)) this.#early.add(thread);
    const followed = this.#follow(thread);
    if (event === TraceEvent.STOP) {
      return void (STOPPING.includes(signal) ? listen(thread) : goOn(thread, 0));
    }
    if (signal === SYSTEM_CALL) {
      this.#called(thread, followed);
      return void goOn(thread, 0);
    }
    if (event === 0) return void goOn(thread, signal);
    if (event === TraceEvent.EXEC) this.#executed(thread, eventMessage(thread));
    else this.#begun(eventMessage(thread));
    goOn(thread, 0);
  }

  /** A process that is new is told of. */
  #follow(thread: number): Followed {
    const known = this.#threads.get(thread);
    if (known !== undefined) return known;
    const begun = { pid: thread, ...callerOf(thread) };
    const followed = { pid: begun.pid, call: null };
    this.#threads.set(thread, followed);
    if (begun.pid === thread) this.#tell(thread, { action: "fork", error: 0, process: begun });
    return followed;
  }

  /** What stopped before its beginning was heard of may have ended, too, by now. */
  #begun(thread: number): void {
    if (!this.#early.delete(thread)) this.#follow(thread);
  }

  #called(thread: number, followed: Followed): void {
    const stop = systemCallOf(thread);
    if (stop === null) return;
    if (stop.isEntry) {
      const call = FILE_CALL_OF.get(stop.number);
      const isExec = call?.action === "exec";
      followed.call = call === undefined || isExec
        ? null
        : describeCall(call, stop.args, callerMemory(thread));
      return;
    }
    const described = followed.call;
    if (described === null) return;
    followed.call = null;
    const error = stop.error === 0 ? 0 : errorName(stop.error);
    if (!this.#isElsewhere(described)) this.#tell(thread, { ...described, error });
  }

  #isElsewhere({ action, path, target }: DescribedCall): boolean {
    if (action === "connect" || path === undefined) return false;
    const paths = action === "symlink" || target === undefined ? [path] : [path, target];
    return paths.every((each) => this.#watcher.isToldElsewhere(each));
  }

  /** The first thread's number is that of the process, whichever thread it was that became the program. */
  #executed(thread: number, before: number): void {
    if (before !== thread) this.#threads.delete(before);
    this.#follow(thread).call = null;
    const executable = linkedPath(`/proc/${thread}/exe`);
    const directory = linkedPath(`/proc/${thread}/cwd`);
    this.#tell(thread, {
      action: "exec",
      error: 0,
      ...(executable === null ? {} : { path: executable }),
      process: {
        ...(executable === null ? {} : { executable }),
        ...(directory === null ? {} : { directory }),
        args: argumentsOf(thread),
      },
    });
  }

  #ended(thread: number, status: number): void {
    const pid = this.#threads.get(thread)?.pid ?? thread;
    this.#threads.delete(thread);
    if (pid !== thread) return;
    const signal = status & 0x7f;
    const how = signal === 0 ? { exitCode: (status >> 8) & 0xff } : { signal };
    this.#tell(thread, { action: "exit", process: { tid: thread, pid, ...how } });
  }

  #tell(thread: number, { process, ...event }: Omit<TelemetryEvent, "provider" | "time">): void {
    const caller: TelemetryProcess = process?.pid === undefined ? callerOf(thread) : {};
    this.#watcher.tell({
      provider: "ptrace",
      time: monotonicTime(),
      ...event,
      process: { ...caller, ...process },
    });
  }
}

function threadsOf(pid: number): number[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => Number(name));
  } catch {
    return [pid];
  }
}

const MOST_ARGUMENT_BYTES = 1024;

function argumentsOf(pid: number): string[] {
  try {
    const bytes = Deno.readFileSync(`/proc/${pid}/cmdline`).subarray(0, MOST_ARGUMENT_BYTES);
    const text = binaryString(textOfBytes(bytes));
    return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
  } catch {
    return [];
  }
}

function whyNot(pid: number, errno: number): string {
  if (errno === Errno.EPERM) {
    return `process ${pid} may not be followed: it is another user's, somebody follows it already, ` +
      "or /proc/sys/kernel/yama/ptrace_scope forbids it (root may)";
  }
  return `there is no process ${pid}`;
}
