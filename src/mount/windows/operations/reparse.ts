/**
 * What a file stands for: symlinks, and the special files of Linux as WSL has them.
 *
 * A program makes a symlink of an empty file or directory that it has just made. In the tree that is another inode, of the
 * same name; whoever has the name open has the link from then on.
 *
 * @module
 */

import { ReparseControl, ReparseTag } from "../../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import {
  junctionData,
  parseJunctionData,
  parseReparseData,
  parseSymlinkData,
  reparseData,
  symlinkData,
} from "../../../../ffi/windows/reparse_data.ts";
import {
  isJunctionTarget,
  shownTarget,
  storedJunction,
  storedTarget,
} from "../../../../ffi/windows/symlink_target.ts";
import { CONTROL, RESPONSE } from "../../../../ffi/windows/winfsp/protocol.ts";
import {
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../../../store/trees/entry.ts";
import { create, unlink } from "../../../tree/operations/names.ts";
import { readTarget } from "../../../tree/operations/read.ts";
import { Status } from "../../../tree/status.ts";
import type { Context } from "../context.ts";
import { reparseTagOf } from "../attributes/file_info.ts";
import { turning } from "../acts/file_acts.ts";
import { ntStatusOf } from "../nt_status_of.ts";
import { leadsToDirectory } from "../names/symlinks.ts";

/** A node of the tree that is made of reparse data. */
export interface ReparseNode {
  readonly mode: number;
  readonly target: string | null;
}

const LONGEST_TARGET = 4095;

export function madeByReparse(bytes: Uint8Array): ReparseNode | { readonly status: NtStatus } {
  const parsed = parseReparseData(bytes);
  if (parsed === null) return { status: NtStatus.IO_REPARSE_DATA_INVALID };
  const { tag, data } = parsed;
  switch (tag) {
    case ReparseTag.SYMLINK: {
      const link = parseSymlinkData(data);
      return link === null
        ? { status: NtStatus.IO_REPARSE_DATA_INVALID }
        : symlinkTo(symlinkTarget(storedTarget(link)));
    }
    case ReparseTag.MOUNT_POINT: {
      const link = parseJunctionData(data);
      if (link === null) return { status: NtStatus.IO_REPARSE_DATA_INVALID };
      const target = storedJunction(link);
      return target === null ? { status: NtStatus.NOT_SUPPORTED } : symlinkTo(target);
    }
    // Four bytes of a version, and UTF-8.
    case ReparseTag.LX_SYMLINK:
      return symlinkTo(String.fromCharCode(...data.subarray(4)));
    case ReparseTag.LX_FIFO:
      return { mode: S_IFIFO | 0o644, target: null };
    case ReparseTag.AF_UNIX:
      return { mode: S_IFSOCK | 0o755, target: null };
    default:
      return { status: NtStatus.NOT_SUPPORTED };
  }
}

/** One that ends with a slash would be a junction's. */
function symlinkTarget(target: string): string {
  return isJunctionTarget(target) ? target.replace(/(?<!:)\/+$/, "") : target;
}

function symlinkTo(target: string): ReparseNode | { readonly status: NtStatus } {
  const isPossible = target !== "" && target.length <= LONGEST_TARGET && !target.includes("\0");
  if (!isPossible) return { status: NtStatus.IO_REPARSE_DATA_INVALID };
  return { mode: S_IFLNK | 0o777, target };
}

/** Null: it stands for nothing. */
function reparseOf({ file: { view, inode } }: Context): Uint8Array<ArrayBuffer> | number | null {
  const tag = reparseTagOf(view.tree, inode);
  if (tag === 0) return null;
  if (!inode.isSymlink) return reparseData(tag, new Uint8Array());
  const target = readTarget(view.tree, inode);
  if (typeof target === "number") return ntStatusOf(target);
  const lay = tag === ReparseTag.MOUNT_POINT ? junctionData : symlinkData;
  return lay(shownTarget(target));
}

export function fileSystemControl(context: Context): number {
  const { request, file } = context;
  const code = request.u32(CONTROL.CODE);
  if (file.virtual !== null) return NtStatus.NOT_A_REPARSE_POINT;
  switch (code) {
    case ReparseControl.GET:
      return getReparse(context);
    case ReparseControl.SET:
      return file.view.writable ? setReparse(context) : NtStatus.MEDIA_WRITE_PROTECTED;
    case ReparseControl.DELETE:
      return file.view.writable ? deleteReparse(context) : NtStatus.MEDIA_WRITE_PROTECTED;
    default:
      return NtStatus.INVALID_DEVICE_REQUEST;
  }
}

function getReparse(context: Context): number {
  const data = reparseOf(context);
  if (data === null) return NtStatus.NOT_A_REPARSE_POINT;
  if (typeof data === "number") return data;
  return context.response.buffer(RESPONSE.BODY, data)
    ? NtStatus.SUCCESS
    : NtStatus.INSUFFICIENT_RESOURCES;
}

function setReparse(context: Context): number {
  const { request, file } = context;
  const given = request.buffer(CONTROL.BUFFER);
  if (given === null) return NtStatus.INVALID_PARAMETER;
  const parsed = parseReparseData(given);
  if (parsed === null) return NtStatus.IO_REPARSE_DATA_INVALID;
  const { inode, view: { tree } } = file;
  const present = reparseTagOf(tree, inode);
  if (present !== 0 && present !== parsed.tag) return NtStatus.IO_REPARSE_TAG_MISMATCH;
  const node = madeByReparse(given);
  if ("status" in node) return node.status;
  const isForDirectories = parsed.tag === ReparseTag.MOUNT_POINT;
  if (isForDirectories && present === 0 && !inode.isDirectory) return NtStatus.NOT_A_DIRECTORY;
  if (inode.isDirectory) {
    const loaded = tree.load(inode);
    if (loaded !== Status.Ok) return ntStatusOf(loaded);
    if (inode.directory!.entries!.size > 0) return NtStatus.DIRECTORY_NOT_EMPTY;
  }
  // What is made of a file has the mode that was given to that; a link has none of its own.
  const mode = node.mode & S_IFMT | inode.mode & 0o7777;
  return replace(context, node.target === null ? { mode, target: null } : node);
}

function deleteReparse(context: Context): number {
  const { request, file, names } = context;
  const given = request.buffer(CONTROL.BUFFER);
  const present = reparseTagOf(file.view.tree, file.inode);
  if (present === 0) return NtStatus.NOT_A_REPARSE_POINT;
  const parsed = given === null ? null : parseReparseData(given);
  if (parsed === null || parsed.data.length > 0) return NtStatus.IO_REPARSE_DATA_INVALID;
  if (parsed.tag !== present) return NtStatus.IO_REPARSE_TAG_MISMATCH;
  const isDirectory = leadsToDirectory(file.view.tree, names, file.inode);
  const mode = isDirectory ? S_IFDIR | 0o755 : S_IFREG | 0o644;
  return replace(context, { mode, target: null });
}

/** Puts another inode in the place of the open one. */
function replace(context: Context, node: ReparseNode): number {
  const { file, opens, names, owner } = context;
  const { inode, parent, name, view: { tree } } = file;
  if (parent === null || parent.directory!.entries?.get(name)?.inode !== inode) {
    return NtStatus.FILE_INVALID;
  }
  const refused = context.acts.begin(turning(file, node.target));
  if (refused !== NtStatus.SUCCESS) return refused;
  const removed = unlink(tree, parent, name, inode.directory !== null);
  if (removed !== Status.Ok) return ntStatusOf(removed);
  const { uid, gid } = owner;
  const made = create(tree, parent, name, node.mode, uid, gid, 0, node.target);
  if (typeof made === "number") return ntStatusOf(made);
  names.added(parent, name);
  opens.replaced(inode, made);
  return NtStatus.SUCCESS;
}
