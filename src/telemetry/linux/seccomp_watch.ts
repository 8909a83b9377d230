/**
 * Hears of the system calls of programs that have a filter which lets us (seccomp_unotify(2)), tells of them, and lets them go on.
 *
 * It answers until nobody with the filter is left. A program whose call nobody hears of any more, because all who could are
 * dead, gets ENOSYS for it.
 *
 * @module
 */

import { POLLHUP, POLLIN, PollSet } from "../../../ffi/linux/descriptor.ts";
import { monotonicTime } from "../../../ffi/linux/clock.ts";
import {
  hasten,
  isWaiting,
  letGoOn,
  type Notice,
  type NotifiedCall,
  receiveNotice,
} from "../../../ffi/linux/watch/seccomp_notify.ts";
import type { TelemetryEvent } from "../event.ts";
import type { SourceDescription } from "../source.ts";
import { callerMemory, callerOf } from "./caller_memory.ts";
import { describeCall } from "./describe_call.ts";
import { CHANGING_OPEN, FILE_CALL_OF, FILE_CALLS } from "./file_calls.ts";

export const SECCOMP: SourceDescription = {
  name: "seccomp",
  needs: "nothing but Linux 5.5; agentvfs run --watch",
  sees:
    "of a run: programs that it starts, opens to write and changes of files outside the branch, " +
    "connections",
  misses: "how calls end, io_uring, what runs already, setuid programs",
  costs: "some 30 us for each of these calls; nothing for reads",
  denies: null,
};

/** What the filter of a program that is to be watched has in it. */
export const WATCHED_CALLS: readonly NotifiedCall[] = FILE_CALLS.map(({ number, flags }) => ({
  number,
  ...(flags === undefined ? {} : { bits: { argument: flags, mask: CHANGING_OPEN } }),
}));

export interface Watcher {
  tell(event: TelemetryEvent): void;
  /** Nothing more is to be told at the moment. */
  pause(): void;
  /** Whether somebody else tells of what is done at a path. */
  isToldElsewhere(path: string): boolean;
}

/** How often it pauses where calls come without end, ms. */
const PAUSE_MS = 100;

/** Returns when no program is left that has the filter. */
export function watchNotices(listener: number, watcher: Watcher): void {
  hasten(listener);
  const poll = new PollSet([listener]);
  let paused = monotonicTime();
  for (;;) {
    const ready = poll.wait(1, 0);
    if (ready <= 0 || monotonicTime() - paused > PAUSE_MS) {
      watcher.pause();
      paused = monotonicTime();
      if (ready <= 0) poll.wait(1, -1);
    }
    const events = poll.events(0);
    if ((events & POLLIN) !== 0) {
      const notice = receiveNotice(listener);
      if (notice !== null) hear(listener, notice, watcher);
    } else if ((events & POLLHUP) !== 0) {
      return watcher.pause();
    }
  }
}

function hear(listener: number, notice: Notice, watcher: Watcher): void {
  let event: TelemetryEvent | null = null;
  try {
    event = eventOf(notice, watcher);
    // Else its number may be another process's by now.
    if (!isWaiting(listener, notice)) event = null;
  } finally {
    // Whatever became of telling: nobody is to wait for it.
    letGoOn(listener, notice);
  }
  if (event !== null) watcher.tell(event);
}

function eventOf({ thread, number, args }: Notice, watcher: Watcher): TelemetryEvent | null {
  const call = FILE_CALL_OF.get(number);
  if (call === undefined) return null;
  const described = describeCall(call, args, callerMemory(thread));
  if (described === null) return null;
  const { action, path, target, process } = described;
  if (action === "exec" && !isThere(thread, path!)) return null;
  const isElsewhere = action !== "exec" && action !== "connect" && path !== undefined &&
    [path, ...(action === "symlink" || target === undefined ? [] : [target])]
      .every((each) => watcher.isToldElsewhere(each));
  if (isElsewhere) return null;
  return {
    provider: "seccomp",
    time: monotonicTime(),
    ...described,
    process: { ...callerOf(thread), ...process },
  };
}

/** A shell tries every directory of its PATH: programs that are not there are not told of. */
function isThere(thread: number, path: string): boolean {
  try {
    return Deno.statSync(`/proc/${thread}/root${path}`).isFile;
  } catch {
    return false;
  }
}
