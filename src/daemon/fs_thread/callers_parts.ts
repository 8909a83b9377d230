/**
 * What the fs thread is told of who asks, and what it is made of, whatever the system.
 *
 * @module
 */

import type { Reenactment } from "../../mount/fuse/reenactment.ts";
import type { CgroupCallers } from "../../mount/linux/cgroup_callers.ts";
import type { Missed, Routing } from "../../mount/linux/routing.ts";
import type { Callers } from "../../mount/recording/recorder.ts";
import type { ViewTable } from "../../mount/views.ts";
import type { RoutingState } from "../threads/messages.ts";

export interface KnownCallers {
  /** For what is recorded; null: nothing is known. */
  readonly recorded: Callers | null;
  /** Null if everybody sees the same at the mountpoint. */
  readonly routing: KnownRouting | null;
}

export interface KnownRouting {
  readonly routing: Routing;
  readonly callers: CgroupCallers;
  readonly state: RoutingState;
}

export interface CallersParts {
  readonly views: ViewTable;
  readonly reenactment: Reenactment;
  /** Has a path (a binary string) of the mount looked up, by another thread. */
  readonly onRevisit: (path: string) => void;
  readonly onMissed: (missed: Missed) => void;
}
