/**
 * Hears of the system calls of programs that have a filter which lets us (seccomp_unotify(2)), tells of them, and lets them go on.
 *
 * It answers until nobody with the filter is left. The call that is heard of stands in memory that is shared with who would hear of
 * calls next: should this process be killed before it has answered, that one does. A program whose call nobody can hear of any
 * more, because all who have the listener are dead, gets ENOSYS for it.
 *
 * @module
 */

import { POLLHUP, POLLIN, PollSet } from "../../../ffi/linux/descriptor.ts";
import { monotonicTime } from "../../../ffi/linux/clock.ts";
import {
  decodeNotice,
  hasten,
  isWaiting,
  letGoOn,
  type Notice,
  type NotifiedCall,
  receiveNotice,
} from "../../../ffi/linux/watch/seccomp_notify.ts";
import type { TelemetryEvent } from "../event.ts";
import { callerMemory, callerOf } from "./caller_memory.ts";
import { describeCall } from "./describe_call.ts";
import { CHANGING_OPEN, FILE_CALL_OF, FILE_CALLS } from "./file_calls.ts";

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

/** Returns when no program is left that has the filter. `notice`: what is shared, {@linkcode NOTICE_BYTES}. */
export function watchNotices(
  listener: number,
  notice: Uint8Array<ArrayBuffer>,
  watcher: Watcher,
): void {
  hasten(listener);
  const left = decodeNotice(notice)!;
  if (left.id !== 0n) letGoOn(listener, left);
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
      const heard = receiveNotice(listener, notice);
      if (heard !== null) hear(listener, heard, watcher);
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
