/**
 * What an apply that was killed left beside a name: taken away, unless it is somebody's work. Then it goes back.
 *
 * @module
 */

import { isFailure } from "../host/failure.ts";
import type { Stat } from "../host/files.ts";
import type { Work } from "../store/format/sliced.ts";
import { type InodeRecord, S_IFDIR } from "../store/trees/entry.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import { hasContentOf, kindOf, lookAt } from "./inspect.ts";
import { LeftAlone } from "./left_alone.ts";
import { type Place, putBack, returnName } from "./replace_name.ts";

/**
 * @param states what the name has before, and after; null where it is nothing
 *
 * Throws {@linkcode LeftAlone} where somebody's work went back.
 */
export function* settleDrafts(
  context: ApplyContext,
  place: Place,
  states: readonly (InodeRecord | null)[],
): Work<void> {
  const { path, directory, names } = place;
  const written = lookAt(directory, names.written);
  if (written !== null) remove(context, place, names.written, written);
  const gone = lookAt(directory, names.gone);
  if (gone !== null) {
    if (!(yield* isOneOf(context, directory, names.gone, gone, states))) returnName(context, place);
    // It went aside for what could not take its name otherwise, and that did not come: else it is what was to be deleted.
    const isMissing = states.at(-1) !== null && lookAt(directory, path.name) === null;
    if (isMissing) giveBack(context, place);
    else remove(context, place, names.gone, gone);
  }
  const draft = lookAt(directory, names.draft);
  if (draft === null) return;
  if (kindOf(draft) === S_IFDIR) {
    // Empty, unless somebody put something into it.
    const removed = context.calls.rmdir(directory, names.draft);
    if (removed >= 0) return;
    if (!isFailure(removed, "ENOTEMPTY") && !isFailure(removed, "EEXIST")) {
      throw callFailed("take away what was left beside", `${path}`, removed);
    }
  } else if (yield* isOneOf(context, directory, names.draft, draft, states)) {
    return remove(context, place, names.draft, draft);
  }
  // Neither of ours. A draft that never got the name is of no worth; what had it before is, if ours has it now.
  const now = lookAt(directory, path.name);
  if (now !== null && (yield* isOneOf(context, directory, path.name, now, states))) {
    putBack(context, place, now, draft);
  }
  if (kindOf(draft) === S_IFDIR) {
    throw new LeftAlone(`what was there is now ${names.draft}`);
  }
  remove(context, place, names.draft, draft);
}

function giveBack({ calls }: ApplyContext, { path, directory, names }: Place): void {
  const result = calls.replace(directory, names.gone, path.name);
  if (result < 0) throw callFailed("give back", `${path}`, result);
}

function* isOneOf(
  context: ApplyContext,
  directory: number,
  name: string,
  stat: Stat,
  states: readonly (InodeRecord | null)[],
): Work<boolean> {
  for (const state of states) {
    if (state === null) continue;
    if (yield* hasContentOf(context, directory, name, stat, state, false)) return true;
  }
  return false;
}

function remove(
  { calls }: ApplyContext,
  { path, directory }: Place,
  name: string,
  stat: Stat,
): void {
  const isDirectory = kindOf(stat) === S_IFDIR;
  const result = isDirectory ? calls.rmdir(directory, name) : calls.unlink(directory, name);
  if (result < 0) throw callFailed("take away what was left beside", `${path}`, result);
}
