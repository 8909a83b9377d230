/**
 * Mounts whose daemon died: there are none, since a volume goes with the process that serves it. One that is seen is served.
 *
 * @module
 */

import type { Mount } from "../linux/mounts.ts";

export function closeDeadMount(_mount: Mount): Promise<boolean> {
  return Promise.resolve(false);
}

export function isDeadMount(_mount: Mount): Promise<boolean> {
  return Promise.resolve(false);
}

export function abortMount(_mount: Mount): Promise<boolean> {
  return Promise.resolve(false);
}

export function hasKeeper(_path: string): Promise<boolean> {
  return Promise.resolve(true);
}

/** Nobody can suspend one there as a whole. */
export function keeperOf(_path: string): Promise<number | null> {
  return Promise.resolve(null);
}

export function endServers(_path: string): Promise<void> {
  return Promise.resolve();
}
