/**
 * How far a path is: as it was seen, as it is to be, or somebody else's.
 *
 * @module
 */

import type { Stat } from "../host/files.ts";
import type { Work } from "../store/format/sliced.ts";
import { type InodeRecord, S_IFDIR } from "../store/trees/entry.ts";
import type { ApplyContext } from "./apply_context.ts";
import { changedMeanwhile, hasContentOf, isAsRecorded, kindOf, lookAt } from "./inspect.ts";
import { LeftAlone } from "./left_alone.ts";
import type { Place } from "./replace_name.ts";
import type { Step } from "./steps.ts";

export interface PathState {
  /** It is what it is to be. */
  readonly isDone: boolean;
  /** What has the name, null if nothing has. */
  readonly stat: Stat | null;
}

/**
 * Throws {@linkcode LeftAlone} where it is neither what was there nor what is to be.
 *
 * @param isApart what was there does not differ from what is to be: then it is not done, whatever it looks like
 */
export function* findState(
  context: ApplyContext,
  { directory, path: { name } }: Place,
  { before, after }: Step,
  isApart: boolean,
): Work<PathState> {
  const stat = lookAt(directory, name);
  if (stat === null) {
    if (before === null) return { isDone: false, stat };
    if (after === null) return { isDone: true, stat };
    throw new LeftAlone("it was deleted since it was looked at");
  }
  const isDone = { isDone: true, stat };
  const isLeft = { isDone: false, stat };
  if (before !== null && isAsRecorded(context, stat, before)) return isLeft;
  const isDirectory = kindOf(stat) === S_IFDIR;
  if (before === null && after !== null && isDirectory && kindOf(after) === S_IFDIR) return isDone;
  if (!context.isResumed) {
    if (before === null) throw new LeftAlone("something else has this name now");
    changedMeanwhile();
  }
  const is = function* (record: InodeRecord | null): Work<boolean> {
    if (record === null) return false;
    // By another of its names an inode may have got its new mode already, or have its old one still.
    const isExact = !isDirectory && record.nlink < 2;
    return yield* hasContentOf(context, directory, name, stat, record, isExact);
  };
  if (isApart) {
    if ((yield* is(before)) || (yield* is(after))) return isLeft;
  } else {
    if (yield* is(after)) return isDone;
    if (yield* is(before)) return isLeft;
  }
  return changedMeanwhile();
}
