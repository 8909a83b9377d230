/**
 * How whoever keeps what it saw of a mount is told that it is otherwise now.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { InvalidationData } from "../../mount/invalidation_data.ts";
import type { ToldName } from "../../mount/told_name.ts";
import type { Watches } from "../../mount/watches.ts";

interface Notifications {
  /** Resolves when it is told, or has been seen where nobody can be told. `mount`: where the file system is. */
  notify(fd: number, changed: InvalidationData, mount: string): void | Promise<void>;
  requestResend(fd: number): void;
  invalidateAll(fd: number, nodeIds: Float64Array): void;
  invalidateContents(fd: number, nodeIds: Float64Array): void;
  prune(fd: number, nodeIds: Float64Array): void;
  findWatches(device: string): Watches | null;
  /** What is told of a checkpoint in the main branch's list: it stands at it, a new one or not, or it is gone; null where nothing is told by name. */
  readonly checkpointNotice: ((name: string, change: "new" | "at" | "gone") => ToldName) | null;
}

const UNTOLD = { checkpointNotice: null };

export const {
  notify,
  requestResend,
  invalidateAll,
  invalidateContents,
  prune,
  findWatches,
  checkpointNotice,
} = await load<Notifications>({
  linux: async () => ({
    ...await import("../../mount/linux/notify.ts"),
    ...await import("../../mount/linux/watches.ts"),
    ...UNTOLD,
  }),
  macos: async () => ({ ...await import("../../mount/macos/notify.ts"), ...UNTOLD }),
  windows: async () => ({
    ...await import("../../mount/windows/notify.ts"),
    ...await import("../../mount/windows/notices.ts"),
  }),
});
