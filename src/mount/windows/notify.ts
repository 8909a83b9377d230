/**
 * Telling WinFsp's driver what it must no longer believe. For a thread that answers no requests: the driver may need answers
 * to take a list.
 *
 * @module
 */

import type { ToldName } from "../told_name.ts";
import { volumeOf } from "./device.ts";
import { noticeLists } from "./notices.ts";

interface Changed {
  readonly byName?: readonly ToldName[];
}

/** Resolves when the driver, and with it who watches, knows. */
export async function notify(volume: number, { byName = [] }: Changed): Promise<void> {
  if (byName.length === 0) return;
  if (await volumeOf(volume).tell(noticeLists(byName))) return;
  console.error(`${byName.length} changes could not be told: something is being renamed`);
}

/** A volume goes with its server: no request is left of it. */
export function requestResend(_volume: number): void {}

export function invalidateAll(_volume: number, _nodeIds: Float64Array): void {}

export function invalidateContents(_volume: number, _nodeIds: Float64Array): void {}

/** What the driver keeps of names is none of ours. */
export function prune(_volume: number, _nodeIds: Float64Array): void {}

/** Who watches is told by the driver: nothing has to be done once more for them. */
export function findWatches(_device: string): null {
  return null;
}
