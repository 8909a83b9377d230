/**
 * A session on a volume of WinFsp's. Commands come by a knock, since the thread waits in the driver.
 *
 * @module
 */

import { cString } from "../../../ffi/binary_string.ts";
import { statfs } from "../../host/files.ts";
import type { MountSession } from "../../mount/dispatch/mount_session.ts";
import { armer } from "../../mount/windows/answer_watch.ts";
import { driverSession } from "../../mount/windows/driver_session.ts";
import { branchNotices, noticesOf } from "../../mount/windows/notices.ts";
import type { SessionParts } from "./session_parts.ts";

/** Bytes of struct statfs, and where it has what is asked for. */
const STATFS = { SIZE_OF: 120, UNIT: 8, BLOCKS: 16, AVAILABLE: 32 } as const;

export function makeSession({ start, ...parts }: SessionParts): MountSession {
  const { views, policy, counters } = parts;
  const place = cString(parts.storePath);
  const answered = () => counters.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const session = driverSession({
    volume: start.fuseFd,
    views,
    space: () => spaceAt(place),
    label: labelOf(start.source),
    ask: parts.ask,
    policy,
    recorder: parts.recorder,
    ...(parts.witnesses === undefined ? {} : { witnesses: parts.witnesses }),
    counters,
    onFiltersWait: armer(start.answers!),
    onKnock: parts.onCommand,
    onIdle: () => {
      const now = answered();
      if (now !== seen) parts.onIdle();
      seen = now;
    },
    onRemoving: parts.onRemoving,
  });
  return {
    context: {
      connection: null,
      pendingNames: { begin: () => {}, end: () => {} },
      virtual: {
        nodes: session.virtual.nodes,
        questions: { answer: (ticket, answer) => session.answered(ticket, answer) },
      },
    },
    options: { policy },
    get ended() {
      return session.ended;
    },
    set ended(value) {
      session.ended = value;
    },
    run: () => session.run(),
    takeOver: () => {},
    // Requests are taken one by one, and nothing is written back that was not asked for.
    drain: () => 0,
    serveParked: () => session.serveParked(),
    changedBehind: () => {},
    namesChanged: noticesOf,
    branchesChanged: branchNotices,
    users: (view) => session.context.opens.users(view),
  };
}

/** The space is that of the file system that the store is on: that is where what is written ends up. */
function spaceAt(place: Uint8Array<ArrayBuffer>): { total: number; free: number } {
  const bytes = new Uint8Array(STATFS.SIZE_OF);
  if (statfs(place, bytes) < 0) return { total: 0, free: 0 };
  const said = new DataView(bytes.buffer);
  const unit = said.getBigUint64(STATFS.UNIT, true);
  const [total, free] = [STATFS.BLOCKS, STATFS.AVAILABLE].map((at) =>
    Number(said.getBigUint64(at, true) * unit)
  );
  return { total: total!, free: free! };
}

/** What the volume is called: as the project's folder. */
function labelOf(source: string): string {
  return source.replace(/[\\/]+$/, "").split(/[\\/]/).at(-1) || "agentvfs";
}
