/**
 * Puts a complete draft where it belongs, or takes a name away, so that what somebody wrote there is never lost.
 *
 * A look and a change are two calls, and others may write between them. So what had the name is not overwritten: it changes
 * places with the draft, and is looked at once more. If it is not what was expected the two change places again.
 *
 * @module
 */

import { failure, isFailure } from "../host/failure.ts";
import type { Stat } from "../host/files.ts";
import { S_IFDIR } from "../store/trees/entry.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";
import type { ApplyContext } from "./apply_context.ts";
import { callFailed } from "./apply_error.ts";
import { cannotLink } from "./cannot_link.ts";
import type { DraftNames } from "./draft_names.ts";
import { changedMeanwhile, inodeOf, isUntouched, isUnwritten, kindOf, lookAt } from "./inspect.ts";
import { LeftAlone } from "./left_alone.ts";

/** The place of a name. */
export interface Place {
  readonly path: SourcePath;
  /** The open directory. */
  readonly directory: number;
  readonly names: DraftNames;
}

/**
 * The draft gets the name. `seen` is what has it, null where nothing has; if it is not that any more the draft is taken away,
 * and {@linkcode LeftAlone} thrown.
 */
export function placeDraft(
  context: ApplyContext,
  place: Place,
  draft: Stat,
  seen: Stat | null,
): void {
  const { calls } = context;
  const { path, directory, names } = place;
  if (seen === null) return placeNew(context, place, draft);
  const now = lookAt(directory, path.name);
  if (now === null || !isStill(context, now, seen)) dropDraft(context, place, draft);
  const result = calls.exchange(directory, names.draft, path.name);
  if (isFailure(result, "EINVAL") || isFailure(result, "ENOSYS")) {
    // A file system that cannot exchange: what is written after the look is lost.
    const replaced = isDirectory(draft) === isDirectory(now)
      ? calls.replace(directory, names.draft, path.name)
      : replaceOtherKind(context, place, draft, now);
    if (replaced < 0) refuse(context, place, draft, replaced);
    context.touched.add(inodeOf(context, seen));
    return;
  }
  if (result < 0) refuse(context, place, draft, result);
  const old = lookAt(directory, names.draft);
  if (old === null || !isUnwritten(old, seen)) putBack(context, place, draft, old);
  const removed = removeOld(context, directory, names.draft, old!);
  if (isFailure(removed, "ENOTEMPTY") || isFailure(removed, "EEXIST")) {
    putBack(context, place, draft, old);
  }
  if (removed < 0) throw callFailed("replace", `${path}`, removed);
  context.touched.add(inodeOf(context, seen));
}

/** Where the names cannot change places, and neither can take the other's: what has the name goes aside first. */
function replaceOtherKind(context: ApplyContext, place: Place, draft: Stat, now: Stat): number {
  const { calls } = context;
  const { path, directory, names } = place;
  const aside = calls.replace(directory, path.name, names.gone);
  if (aside < 0) return aside;
  const result = calls.replace(directory, names.draft, path.name);
  if (result < 0) {
    calls.replace(directory, names.gone, path.name);
    return result;
  }
  const removed = removeOld(context, directory, names.gone, now);
  if (!isFailure(removed, "ENOTEMPTY") && !isFailure(removed, "EEXIST")) return removed;
  // Somebody put something into the directory.
  calls.replace(directory, path.name, names.draft);
  calls.replace(directory, names.gone, path.name);
  return dropDraft(context, place, draft);
}

function placeNew(context: ApplyContext, place: Place, draft: Stat): void {
  const { calls } = context;
  const { path, directory, names } = place;
  let result = calls.move(directory, names.draft, path.name);
  if (isFailure(result, "EINVAL") || isFailure(result, "ENOSYS")) {
    // Another name fails where there is one, as this is to; a directory is never moved to a new name.
    result = calls.link(directory, names.draft, directory, path.name);
    if (result >= 0) result = calls.unlink(directory, names.draft);
    else if (cannotLink(result)) {
      // Nor does FAT through FUSE have second names: what gets the name after the look is lost.
      const isFree = lookAt(directory, path.name) === null;
      result = isFree ? calls.replace(directory, names.draft, path.name) : failure("EEXIST");
    }
  }
  if (isNotTaken(place, result)) {
    removeOld(context, directory, names.draft, draft);
    throw new LeftAlone(NOT_TAKEN);
  }
  if (result < 0) refuse(context, place, draft, result);
}

/** As FAT and NTFS say of `a:b` and `what?`. */
export const NOT_TAKEN = "the file system there does not take such a name";

function isNotTaken({ directory, names }: Place, result: number): boolean {
  return isFailure(result, "EINVAL") ||
    isFailure(result, "ENOENT") && lookAt(directory, names.draft) !== null;
}

/**
 * Takes the name away, which `seen` has. Returns false if it was gone already; throws {@linkcode LeftAlone} if something else
 * has it now.
 */
export function removeName(context: ApplyContext, place: Place, seen: Stat): boolean {
  const { calls } = context;
  const { path, directory, names } = place;
  const now = lookAt(directory, path.name);
  if (now === null) return false;
  if (!isStill(context, now, seen)) changedMeanwhile();
  const moved = calls.move(directory, path.name, names.gone);
  if (isFailure(moved, "ENOENT")) return false;
  if (isFailure(moved, "EBUSY")) throw new LeftAlone("something is mounted there");
  const canMove = !isFailure(moved, "EINVAL") && !isFailure(moved, "ENOSYS");
  if (canMove) {
    if (moved < 0) throw callFailed("delete", `${path}`, moved);
    const gone = lookAt(directory, names.gone);
    if (gone === null) return true;
    if (!isUnwritten(gone, seen)) returnName(context, place);
  }
  const removed = calls.unlink(directory, canMove ? names.gone : path.name);
  if (removed < 0) throw callFailed("delete", `${path}`, removed);
  context.touched.add(inodeOf(context, seen));
  return true;
}

/** What was moved away to be deleted is somebody's work. Throws {@linkcode LeftAlone} if it has its name again. */
export function returnName({ calls }: ApplyContext, { path, directory, names }: Place): void {
  const result = calls.move(directory, names.gone, path.name);
  // Whoever wrote it put something else there since: that is what they want to have.
  if (isFailure(result, "EEXIST")) return;
  if (result < 0) throw callFailed("give back", `${path}`, result);
  changedMeanwhile();
}

/**
 * What changed places with the draft is somebody's work: both go back. Always throws.
 *
 * @param draft as it was when it got the name
 */
export function putBack(context: ApplyContext, place: Place, draft: Stat, old: Stat | null): never {
  const { calls } = context;
  const { path, directory, names } = place;
  if (old === null) changedMeanwhile();
  let result = calls.exchange(directory, names.draft, path.name);
  // Whoever wrote there took the name away, or moved something over it.
  if (isFailure(result, "ENOENT")) result = calls.move(directory, names.draft, path.name);
  if (result < 0) throw callFailed("give back", `${path}`, result);
  const ours = lookAt(directory, names.draft);
  if (ours === null) changedMeanwhile();
  if (isUnwritten(ours, draft)) {
    const removed = removeOld(context, directory, names.draft, ours);
    if (removed < 0) throw callFailed("replace", `${path}`, removed);
    changedMeanwhile();
  }
  // Something newer had taken our draft's place.
  throw new LeftAlone(
    `it was changed while it was replaced; what was there then is now ${names.draft}`,
  );
}

/** True if what is there is what was seen a moment ago. Of an inode with several names we may have taken one away since. */
function isStill(context: ApplyContext, now: Stat, seen: Stat): boolean {
  return context.touched.has(inodeOf(context, seen))
    ? isUnwritten(now, seen)
    : isUntouched(now, seen);
}

/** Takes the draft away. Always throws. */
function dropDraft(context: ApplyContext, place: Place, draft: Stat): never {
  removeOld(context, place.directory, place.names.draft, draft);
  changedMeanwhile();
}

function refuse(context: ApplyContext, place: Place, draft: Stat, result: number): never {
  removeOld(context, place.directory, place.names.draft, draft);
  if (isFailure(result, "EEXIST")) throw new LeftAlone("something else has this name now");
  if (isFailure(result, "ENOENT")) throw new LeftAlone("it was deleted since it was looked at");
  if (isFailure(result, "EBUSY")) throw new LeftAlone("something is mounted there");
  throw callFailed("replace", `${place.path}`, result);
}

function isDirectory(stat: Stat): boolean {
  return kindOf(stat) === S_IFDIR;
}

function removeOld({ calls }: ApplyContext, directory: number, name: string, what: Stat): number {
  return isDirectory(what) ? calls.rmdir(directory, name) : calls.unlink(directory, name);
}
