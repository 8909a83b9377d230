/**
 * The jobs of the background thread by which whoever keeps what it saw of the mount is told that it is otherwise now.
 *
 * @module
 */

import type { InvalidationData } from "../../mount/invalidation_data.ts";
import type { Watches } from "../../mount/watches.ts";
import type { BackgroundStart } from "../threads/messages.ts";

/** Job name → parameter and result. */
export interface NotificationJobs {
  notify: { in: InvalidationData; out: null };
  requestResend: { in: null; out: null };
  invalidateAll: { in: Float64Array; out: null };
  invalidateContents: { in: Float64Array; out: null };
  /** Asks the kernel to forget nodes. */
  prune: { in: Float64Array; out: null };
  /** Who watches the file system of that device. */
  watches: { in: string; out: Watches | null };
}

type Row<K extends keyof NotificationJobs> = (
  value: NotificationJobs[K]["in"],
) => Promise<NotificationJobs[K]["out"]>;

export function notificationJobs(
  { fuseFd, mount }: Pick<BackgroundStart, "fuseFd" | "mount">,
): { [K in keyof NotificationJobs]: Row<K> } {
  const loading = import("../adapter/notifications.ts");
  return {
    notify: async (changed) => {
      await (await loading).notify(fuseFd, changed, mount);
      return null;
    },
    requestResend: async () => {
      (await loading).requestResend(fuseFd);
      return null;
    },
    invalidateAll: async (nodeIds) => {
      (await loading).invalidateAll(fuseFd, nodeIds);
      return null;
    },
    invalidateContents: async (nodeIds) => {
      (await loading).invalidateContents(fuseFd, nodeIds);
      return null;
    },
    prune: async (nodeIds) => {
      (await loading).prune(fuseFd, nodeIds);
      return null;
    },
    watches: async (device) => (await loading).findWatches(device),
  };
}
