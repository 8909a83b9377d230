/**
 * There is nothing that tells macOS's client of NFS what it must no longer believe: what it has seen grows old by itself. So
 * what a rollback changed is shown with a new time of change (`shown_changes.ts`), and who asked for it waits until the client
 * has asked again.
 *
 * @module
 */

import { CACHE_SECONDS } from "./device.ts";

/** As what Linux' kernel is told; here only whether there is anything to see. */
interface Changed {
  readonly parents: readonly unknown[];
  readonly data: readonly unknown[];
  readonly attributes: readonly unknown[];
}

/** Longest wait, ms: a client that does not ask has no program waiting for it. */
const DEADLINE_MS = 4_000;
const LOOK_MS = 20;

/** Resolves when the client has seen that the root of `mount` changed, and nothing it knew before counts any more. */
export async function notify(_fd: number, changed: Changed, mount: string): Promise<void> {
  const { parents, data, attributes } = changed;
  if (parents.length + data.length + attributes.length === 0) return;
  const began = Date.now();
  const deadline = began + DEADLINE_MS;
  const oldest = began + CACHE_SECONDS * 1000;
  const isSeen = async () => {
    const stat = await Deno.stat(mount).catch(() => null);
    return stat === null || (stat.mtime?.getTime() ?? 0) >= began - DEADLINE_MS;
  };
  while (Date.now() < deadline && (Date.now() < oldest || !await isSeen())) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A request that was not answered is still in the stream. */
export function requestResend(_fd: number): void {}

export function invalidateAll(_fd: number, _nodeIds: Float64Array): void {}

export function invalidateContents(_fd: number, _nodeIds: Float64Array): void {}

/** The client keeps what it wants. */
export function prune(_fd: number, _nodeIds: Float64Array): void {}

/** Nobody can be told: events of the file system are not raised for what a server of NFS changes. */
export function findWatches(_device: string): null {
  return null;
}
