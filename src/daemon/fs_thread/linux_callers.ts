/**
 * Who asks, as Linux tells: in which cgroup a thread is, and so what it sees at the shared mountpoint.
 *
 * @module
 */

import { CallerStamps } from "../../../bpf/caller_stamp.ts";
import { binaryString } from "../../../ffi/binary_string.ts";
import { WITHOUT_VARIABLE } from "../../mount/fuse/init.ts";
import { CgroupCallers } from "../../mount/linux/cgroup_callers.ts";
import { Revisits } from "../../mount/linux/revisits.ts";
import { Routing } from "../../mount/linux/routing.ts";
import { SharedDirectories } from "../../mount/shared_directories.ts";
import { SharedLog } from "../../mount/shared_log.ts";
import type { FsStart, RoutingStart } from "../threads/messages.ts";
import type { CallersParts, KnownCallers, KnownRouting } from "./callers_parts.ts";

export function knownCallers(start: FsStart, parts: CallersParts): KnownCallers {
  const isAsked = start.routing !== null || start.telemetry !== null;
  const stamps = isAsked ? loadStamps() : "nobody asks";
  return {
    recorded: typeof stamps === "string" ? null : stamps,
    routing: start.routing === null
      ? null
      : makeRouting(start.routing, start.resume, parts, stamps),
  };
}

/** Why there are none, for people. */
function loadStamps(): CallerStamps | string {
  const isWithoutBpf = Deno.env.get(WITHOUT_VARIABLE) === "bpf";
  return isWithoutBpf ? `${WITHOUT_VARIABLE}=bpf` : CallerStamps.load();
}

function makeRouting(
  { root, strict, sessions, log: path }: RoutingStart,
  resume: boolean,
  { views, reenactment, onRevisit, onMissed }: CallersParts,
  stamps: CallerStamps | string,
): KnownRouting {
  const [loaded, why] = typeof stamps === "string" ? [null, stamps] : [stamps, null];
  const shared = new SharedDirectories(views, new SharedLog(path));
  if (resume) shared.restore(SharedLog.load(path));
  const callers = new CgroupCallers(binaryString(root), loaded);
  const revisits = new Revisits(onRevisit);
  const routing = new Routing(views, shared, callers, strict, revisits, reenactment, onMissed);
  // What another server told the kernel was told as is right for these.
  routing.setSessions(sessions);
  return { routing, callers, state: { source: routing.source, why, strict } };
}
