/**
 * Telling who watches of names, where the system is told of names.
 *
 * @module
 */

import type { ToldName } from "../../mount/told_name.ts";
import type { BackgroundClient } from "../background/background_client.ts";

export async function tellNames(
  background: BackgroundClient,
  byName: readonly ToldName[],
): Promise<void> {
  if (byName.length === 0) return;
  const nothing = { parents: [], names: [], removed: [], data: [], attributes: [] };
  await background.call("notify", { ...nothing, byName });
}
