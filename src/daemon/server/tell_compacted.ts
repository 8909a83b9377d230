/**
 * Telling who watches `.agentvfs/checkpoints` of those that a collection of garbage takes out of it, where the system is told of
 * names.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { checkpointNotice } from "../adapter/notifications.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { tellNames } from "./tell_names.ts";

/** `names`: what is listed there. */
export async function tellCompacted<T>(
  background: BackgroundClient,
  names: () => Promise<readonly string[]>,
  collect: () => Promise<T>,
): Promise<T> {
  const notice = checkpointNotice;
  if (notice === null) return await collect();
  const before = await names();
  const collected = await collect();
  const now = new Set(await names());
  const gone = before.filter((name) => !now.has(name));
  await tellNames(background, gone.map((name) => notice(binaryString(name), "gone")));
  return collected;
}
