/**
 * FileRenameInformation: a name moves, and may take the place of another.
 *
 * @module
 */

import { RenameFlag } from "../../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import { RESPONSE, SET_INFORMATION } from "../../../../ffi/windows/winfsp/protocol.ts";
import { storedName } from "../../../../ffi/windows/names_utf16.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { setAttributes } from "../../../tree/operations/attributes.ts";
import { isWithin, rename } from "../../../tree/operations/names.ts";
import { Status } from "../../../tree/status.ts";
import { type Context, withFileInfo } from "../context.ts";
import { isReadOnly } from "../attributes/file_info.ts";
import { checkNewName } from "../names/new_name.ts";
import { moving } from "../acts/name_acts.ts";
import { ntStatusOf } from "../nt_status_of.ts";
import type { OpenFile } from "../opens.ts";
import type { Place } from "../names/walk.ts";

const EXECUTABLE = 0o111;

export function renameFile(context: Context, isExtended: boolean): number {
  const { request, file, walker } = context;
  const path = request.text(SET_INFORMATION.NEW_NAME);
  if (path === null || !path.startsWith("\\")) return NtStatus.OBJECT_NAME_INVALID;
  const flags = request.u32(SET_INFORMATION.RENAME_FLAGS);
  if (file.parent === null) return NtStatus.INVALID_PARAMETER;
  if (file.parent.directory!.entries?.get(file.name)?.inode !== file.inode) {
    return NtStatus.FILE_INVALID;
  }
  const walked = walker.walk(path, false);
  if (!("place" in walked)) {
    const isMissing = "status" in walked && walked.status === NtStatus.OBJECT_NAME_NOT_FOUND;
    if (isMissing) return NtStatus.ACCESS_DENIED;
    if (!("reparse" in walked)) return context.wait(walked);
    // The driver asked for the directory of the name before, and went where links lead.
    return NtStatus.OBJECT_PATH_NOT_FOUND;
  }
  const { place } = walked;
  const shown = path.split("\\").filter((name) => name !== "").at(-1) ?? "";
  const refused = mayReplace(file, place, isExtended ? flags : flags & RenameFlag.REPLACE);
  if (refused !== NtStatus.SUCCESS) return refused;
  const named = checkNewName(shown);
  if (named !== NtStatus.SUCCESS) return named;
  const name = storedName(shown);
  const denied = context.acts.begin(moving(file, place, name));
  if (denied !== NtStatus.SUCCESS) return denied;
  return withFileInfo(context, RESPONSE.BODY, move(context, place, name));
}

function mayReplace(file: OpenFile, place: Place, flags: number): NtStatus {
  const { inode } = file;
  if (place.virtual !== null) return NtStatus.ACCESS_DENIED;
  if (place.parent === null) return NtStatus.ACCESS_DENIED;
  if (place.view !== file.view) return NtStatus.NOT_SAME_DEVICE;
  if (isWithin(place.parent, inode)) return NtStatus.INVALID_PARAMETER;
  const target = place.inode;
  // The same name, perhaps in other letters.
  if (target === null || (target === inode && place.name === file.name)) return NtStatus.SUCCESS;
  if ((flags & RenameFlag.REPLACE) === 0) return NtStatus.OBJECT_NAME_COLLISION;
  const isPosix = (flags & RenameFlag.POSIX) !== 0;
  const ignores = (flags & RenameFlag.IGNORE_READONLY) !== 0;
  if (isReadOnly(target) && !ignores) return NtStatus.ACCESS_DENIED;
  if (target.isDirectory && !(isPosix && inode.isDirectory)) return NtStatus.ACCESS_DENIED;
  if (inode.isDirectory && !target.isDirectory) return NtStatus.ACCESS_DENIED;
  return NtStatus.SUCCESS;
}

/** `name`: as it is to be spelled. What is replaced may be spelled otherwise: then that spelling goes first. */
function move(context: Context, { parent, name: there, inode: target }: Place, name: string) {
  const { file, names, opens } = context;
  const { view: { tree }, parent: from, name: fromName } = file;
  const isReplaced = target !== null && target !== file.inode;
  const executable = isReplaced && target.isFile ? target.mode & EXECUTABLE : 0;
  const steps = isReplaced && there !== name ? [there, name] : [name];
  let [atParent, at] = [from!, fromName];
  for (const step of steps) {
    // Two names of one file: renaming one to the other does nothing on POSIX; here the first goes.
    const status = rename(tree, atParent, at, parent!, step, 0);
    if (status !== Status.Ok) return ntStatusOf(status);
    names.added(parent!, step);
    opens.renamed(atParent, at, parent!, step);
    [atParent, at] = [parent!, step];
  }
  return keepExecutable(context, file.inode, executable);
}

/** A file that takes the place of a program is one, too: Windows has no bits for that, and editors write anew. */
function keepExecutable({ file }: Context, inode: Inode, executable: number): number {
  if (executable === 0 || !inode.isFile || (inode.mode & EXECUTABLE) !== 0) return NtStatus.SUCCESS;
  const mode = inode.mode & 0o7777 | executable;
  return ntStatusOf(setAttributes(file.view.tree, inode, { mode }));
}
