/**
 * A capture that the fs thread takes by itself, because what was not recorded is about to be deleted: there is no time to ask.
 *
 * @module
 */

import { monotonicTime } from "../../host/clock.ts";
import type { View } from "../../mount/views.ts";
import { revert, takeCapture } from "../../tree/capture/take_capture.ts";
import { withRemoved } from "../../tree/operations/put_back.ts";
import type { TakenCapture } from "../threads/messages.ts";
import type { ViewState } from "./fs_commands.ts";

let last = 0;

/** Null where nothing is to be taken, or a capture is being stored already: then that is what was there a moment ago. */
export function captureUnasked(
  { number, tree, writable, removals }: View,
  { captures, postCapture }: Pick<ViewState, "captures" | "postCapture">,
): TakenCapture | null {
  if (!writable || tree.base === null || !tree.isChanged || captures.has(number)) return null;
  const id = --last;
  const gone = removals?.takeGone() ?? [];
  try {
    const { capture, pending } = withRemoved(tree, gone, () => takeCapture(tree));
    try {
      postCapture({ id, capture });
    } catch (error) {
      revert(tree, pending);
      throw error;
    }
    captures.set(number, pending);
    const { journal: { segment }, nextInode } = tree;
    return { id, segment, nextInode, at: monotonicTime() };
  } catch (error) {
    // Who deletes is not to wait for it, nor to fail.
    console.error(`Nothing was recorded before a deletion: ${(error as Error).message}`);
    return null;
  }
}
