/**
 * A session on the device of Linux.
 *
 * @module
 */

import { KernelFlushes } from "../../mount/linux/flushes.ts";
import { systemKeepAwake } from "../../mount/linux/keep_awake.ts";
import { PastReenactors } from "../../mount/linux/past_reenactors.ts";
import { Session } from "../../mount/linux/session.ts";
import type { SessionParts } from "./session_parts.ts";

export function makeSession({ start, ...parts }: SessionParts): Session {
  return new Session({
    ...parts,
    fd: start.fuseFd,
    commandFd: start.mailbox.eventFd,
    filtersFd: start.filtersFd,
    pastReenactors: new PastReenactors(start.pastReenactors),
    flushes: new KernelFlushes(),
    keepAwake: start.keepAwake ? systemKeepAwake() : null,
  });
}
