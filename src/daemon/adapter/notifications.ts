/**
 * How whoever keeps what it saw of a mount is told that it is otherwise now.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import * as linuxNotify from "../../mount/linux/notify.ts";
import * as linuxWatches from "../../mount/linux/watches.ts";
import * as macos from "../../mount/macos/notify.ts";
import * as windows from "../../mount/windows/notify.ts";

interface Notifications {
  /** Resolves when it is told, or has been seen where nobody can be told. `mount`: where the file system is. */
  notify(fd: number, changed: linuxNotify.InvalidationData, mount: string): void | Promise<void>;
  requestResend(fd: number): void;
  invalidateAll(fd: number, nodeIds: Float64Array): void;
  prune(fd: number, nodeIds: Float64Array): void;
  findWatches(device: string): linuxWatches.Watches | null;
}

export const { notify, requestResend, invalidateAll, prune, findWatches } = pick<Notifications>(
  { ...linuxNotify, ...linuxWatches },
  { macos, windows },
);
