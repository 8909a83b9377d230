/**
 * What is thrown where a path is not what it was when it was looked at: it stays as it is, and everything else goes on.
 *
 * @module
 */

import { isFailure } from "../host/failure.ts";
import { callFailed } from "./apply_error.ts";

/** Somebody else's work is there, or stands in the way. The message is the reason, as the end of a sentence. */
export class LeftAlone extends Error {}

/** There is no such directory any more: what was in it is gone with it. */
export class DirectoryGone extends LeftAlone {}

/** Throws what `result` means, which a call returned that made a name in an open directory. */
export function throwFailed(attempt: string, path: string, result: number): never {
  // No name can be made in a directory that was removed.
  if (isFailure(result, "ENOENT")) throw new DirectoryGone("its directory is gone");
  throw callFailed(attempt, path, result);
}
