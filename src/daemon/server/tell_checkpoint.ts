/**
 * Telling who watches `.agentvfs/checkpoints` that main stands at another checkpoint, where the system is told of names.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { checkpointNotice } from "../adapter/notifications.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Advance } from "../branches/branch.ts";
import { MAIN } from "../branches/branches.ts";
import { checkpointName } from "./checkpoint_name.ts";
import { tellNames } from "./tell_names.ts";

export async function tellCheckpoint(
  background: BackgroundClient,
  { branch, from, to }: Advance,
): Promise<void> {
  if (checkpointNotice === null || branch !== MAIN) return;
  const isNew = to.parents[0] === from.id;
  const name = binaryString(checkpointName(to));
  await tellNames(background, [checkpointNotice(name, isNew ? "new" : "at")]);
}
