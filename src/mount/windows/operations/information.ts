/**
 * What is known of an open file, and what may be set: times and attributes, its end, that it is to go.
 *
 * @module
 */

import { fileTime, unixTime } from "../../../../ffi/windows/file_time.ts";
import {
  DispositionFlag,
  FileAttribute,
  InformationClass,
} from "../../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import {
  KEEP_ATTRIBUTES,
  RESPONSE,
  SET_INFORMATION,
} from "../../../../ffi/windows/winfsp/protocol.ts";
import type { Timestamp } from "../../../host/clock.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { type AttributeChange, setAttributes } from "../../../tree/operations/attributes.ts";
import { resize } from "../../../tree/operations/data.ts";
import { Status } from "../../../tree/status.ts";
import { type Context, withFileInfo, withStatus } from "../context.ts";
import { ALLOCATION_UNIT, isReadOnly } from "../attributes/file_info.ts";
import { keepAttributes, keptAttributes } from "../attributes/kept_attributes.ts";
import { describing, looking, removing, resizing } from "../acts/file_acts.ts";
import { ntStatusOf } from "../nt_status_of.ts";
import { renameFile } from "./rename.ts";

export function queryInformation(context: Context): number {
  if (context.file.virtual === null) context.acts.begin(looking(context.file, "stat"));
  return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
}

export function setInformation(context: Context): number {
  const { request, file } = context;
  const kind = request.u32(SET_INFORMATION.CLASS);
  if (file.virtual !== null) return setVirtual(context, kind);
  if (!file.view.writable) return NtStatus.MEDIA_WRITE_PROTECTED;
  switch (kind) {
    case InformationClass.BASIC:
      return setBasic(context);
    case InformationClass.ALLOCATION:
      return setAllocation(context);
    case InformationClass.END_OF_FILE:
      return setSize(context, request.u64(SET_INFORMATION.VALUE));
    case InformationClass.DISPOSITION:
    case InformationClass.DISPOSITION_EX:
      return mayDelete(context, kind);
    case InformationClass.RENAME:
    case InformationClass.RENAME_EX:
      return renameFile(context, kind === InformationClass.RENAME_EX);
    default:
      return NtStatus.INVALID_PARAMETER;
  }
}

/** Times may be set, to no effect; `ctl` may be cut. */
function setVirtual(context: Context, kind: number): number {
  const { file, virtual, request } = context;
  if (kind === InformationClass.BASIC || kind === InformationClass.ALLOCATION) {
    return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
  }
  if (kind !== InformationClass.END_OF_FILE || file.virtual!.kind !== "ctl") {
    return NtStatus.ACCESS_DENIED;
  }
  virtual.cut(file.virtual!, request.u64(SET_INFORMATION.VALUE));
  return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
}

/** 0 and what is below keep a time. */
function time(units: bigint): Timestamp | undefined {
  return units === 0n || units >= 2n ** 63n ? undefined : { ...unixTime(units) };
}

function setBasic(context: Context): number {
  const { request, file } = context;
  const { inode, view: { tree } } = file;
  const attributes = request.u32(SET_INFORMATION.ATTRIBUTES);
  const created = request.bigint(SET_INFORMATION.CREATION);
  const change: AttributeChange = {};
  const atime = time(request.bigint(SET_INFORMATION.ACCESS));
  const mtime = time(request.bigint(SET_INFORMATION.WRITE));
  if (atime !== undefined) change.atime = atime;
  if (mtime !== undefined) change.mtime = mtime;
  // 0 is none of them: so the driver says what a program calls NORMAL.
  const keeps = attributes === KEEP_ATTRIBUTES;
  if (!keeps) {
    const isDirectory = (attributes & FileAttribute.DIRECTORY) !== 0;
    if (isDirectory && inode.isFile) return NtStatus.INVALID_PARAMETER;
    const readonly = (attributes & FileAttribute.READONLY) !== 0;
    if (readonly !== isReadOnly(inode) && !inode.isSymlink) {
      change.mode = readonly ? inode.mode & 0o7555 : inode.mode & 0o7777 | 0o200;
    }
  }
  const setsTime = time(created) !== undefined;
  const sets = !keeps && !inode.isSymlink;
  if (sets || setsTime || Object.keys(change).length > 0) {
    const mode = change.mode === undefined ? {} : { mode: change.mode };
    const denied = context.acts.begin(describing(file, sets ? "chmod" : "utimes", mode));
    if (denied !== NtStatus.SUCCESS) return denied;
  }
  if (Object.keys(change).length > 0) {
    const status = setAttributes(tree, inode, change);
    if (status !== Status.Ok) return ntStatusOf(status);
  }
  const before = keptAttributes(tree, inode);
  const kept = {
    attributes: keeps || inode.isSymlink ? before.attributes : attributes,
    // A file is said to have been made when it was changed where nobody says otherwise.
    created: !setsTime ? before.created : created === writtenAt(inode) ? 0n : created,
  };
  return withStatus(context, RESPONSE.BODY, keepAttributes(tree, inode, kept));
}

function writtenAt({ mtimeSec, mtimeNsec }: Inode): bigint {
  return fileTime(mtimeSec, mtimeNsec);
}

/** Space cannot be reserved: only less than there is cuts the file. */
function setAllocation(context: Context): number {
  const { request, file: { inode } } = context;
  if (!inode.isFile) return notAFile(context);
  const size = request.u64(SET_INFORMATION.VALUE);
  const allocated = Math.ceil(inode.size / ALLOCATION_UNIT) * ALLOCATION_UNIT;
  if (size >= Math.min(inode.size, allocated)) {
    return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
  }
  return setSize(context, size);
}

function setSize(context: Context, size: number): number {
  const { file: { inode, view } } = context;
  if (!inode.isFile) return notAFile(context);
  const denied = context.acts.begin(resizing(context.file, size));
  if (denied !== NtStatus.SUCCESS) return denied;
  return withStatus(context, RESPONSE.BODY, resize(view.tree, inode, size, false));
}

function notAFile({ file: { inode } }: Context): number {
  return inode.isDirectory ? NtStatus.INVALID_PARAMETER : NtStatus.ACCESS_DENIED;
}

/** Only whether it may go: it goes when its handle does. */
function mayDelete(context: Context, kind: number): number {
  const { request, file } = context;
  const { inode, view: { tree } } = file;
  const flags = request.u32(SET_INFORMATION.VALUE);
  const deletes = (flags & DispositionFlag.DELETE) !== 0;
  if (!deletes) return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
  if (file.parent === null) return NtStatus.CANNOT_DELETE;
  const ignores = kind === InformationClass.DISPOSITION_EX &&
    (flags & DispositionFlag.IGNORE_READONLY) !== 0;
  if (isReadOnly(inode) && !ignores) return NtStatus.CANNOT_DELETE;
  if (inode.isDirectory) {
    const loaded = tree.load(inode);
    if (loaded !== Status.Ok) return ntStatusOf(loaded);
    if (inode.directory!.entries!.size > 0) return NtStatus.DIRECTORY_NOT_EMPTY;
  }
  const { acts } = context;
  const removal = removing(file, { caller: file.caller, decided: null });
  const denied = acts.begin({ ...removal, isIntended: true });
  if (denied === NtStatus.SUCCESS) acts.intend(file, false);
  return withFileInfo(context, RESPONSE.BODY, denied);
}
