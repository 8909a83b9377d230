/**
 * The bytes of files. They pass through memory that the driver names by address.
 *
 * @module
 */

import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import {
  CONSTRAINED,
  OVERWRITE,
  REQUEST,
  RESPONSE,
  TRANSFER,
} from "../../../../ffi/windows/winfsp/protocol.ts";
import { FileAttribute } from "../../../../ffi/windows/nt_file.ts";
import { parseExtendedAttributes } from "../../../../ffi/windows/extended_attributes.ts";
import { WRITE_HEADROOM } from "../../../tree/journal/journal_record.ts";
import { setAttributes, setXattr } from "../../../tree/operations/attributes.ts";
import { LARGEST_FILE, read, resize, write } from "../../../tree/operations/data.ts";
import { Status } from "../../../tree/status.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";
import { type Context, withFileInfo } from "../context.ts";
import { checkEaList, setEaList } from "../attributes/ea_list.ts";
import {
  defaultAttributes,
  keepAttributes,
  keptAttributes,
} from "../attributes/kept_attributes.ts";
import { overwriting, reading, writing } from "../acts/file_acts.ts";
import { ntStatusOf } from "../nt_status_of.ts";

/** What goes into one record of the journal. */
const PIECE = 1024 * 1024;

const piece = new Uint8Array(WRITE_HEADROOM + PIECE);
const pieceView = new DataView(piece.buffer);

/** Attributes that a program sets. Every file that is written to is to be archived. */
const SETTABLE = FileAttribute.READONLY | FileAttribute.HIDDEN | FileAttribute.SYSTEM;

/** An offset of -1: at the end. */
const AT_END = 0xffff_ffff_ffff_ffffn;

export function readFile(context: Context): number {
  const { request, response, memory, file, virtual } = context;
  const address = request.bigint(TRANSFER.ADDRESS);
  const offset = request.u64(TRANSFER.OFFSET);
  const length = request.u32(TRANSFER.LENGTH);
  if (file.virtual !== null) return virtual.read(context, address, offset, length);
  if (!file.inode.isFile) return NtStatus.INVALID_DEVICE_REQUEST;
  const refused = context.acts.begin(reading(file, offset, length));
  if (refused !== NtStatus.SUCCESS) return refused;
  if (offset >= file.inode.size) return length === 0 ? NtStatus.SUCCESS : NtStatus.END_OF_FILE;
  let done = 0;
  while (done < length) {
    const wanted = Math.min(PIECE, length - done);
    const count = read(file.view.tree, file.inode, offset + done, piece, WRITE_HEADROOM, wanted);
    if (count < 0) return ntStatusOf(-count as Status);
    if (count === 0) break;
    memory.store(address + BigInt(done), piece.subarray(WRITE_HEADROOM, WRITE_HEADROOM + count));
    done += count;
  }
  response.information = done;
  return NtStatus.SUCCESS;
}

export function writeFile(context: Context): number {
  const { request, file } = context;
  const isAppend = request.bigint(TRANSFER.OFFSET) === AT_END;
  const given = request.u32(TRANSFER.LENGTH);
  if (file.virtual !== null) {
    return context.virtual.write(context, isAppend ? null : request.u64(TRANSFER.OFFSET), given);
  }
  if (!file.view.writable) return NtStatus.MEDIA_WRITE_PROTECTED;
  if (!file.inode.isFile) return NtStatus.INVALID_DEVICE_REQUEST;
  const { size } = file.inode;
  const offset = isAppend ? size : request.u64(TRANSFER.OFFSET);
  if (offset + given > LARGEST_FILE) return NtStatus.DISK_FULL;
  const isConstrained = (request.u32(TRANSFER.BITS) & CONSTRAINED) !== 0;
  const length = isConstrained ? Math.max(0, Math.min(given, size - offset)) : given;
  const refused = length === 0
    ? NtStatus.SUCCESS
    : context.acts.begin(writing(file, offset, length));
  return refused === NtStatus.SUCCESS ? writePieces(context, offset, length) : refused;
}

/** What was written before the disk was full counts. */
function writePieces(context: Context, offset: number, length: number): number {
  const { request, response, memory, file } = context;
  const address = request.bigint(TRANSFER.ADDRESS);
  const { view: { tree }, inode } = file;
  let done = 0;
  while (done < length) {
    const count = Math.min(PIECE, length - done);
    memory.load(
      address + BigInt(done),
      piece.subarray(WRITE_HEADROOM, WRITE_HEADROOM + count),
    );
    const at = offset + done;
    const status = write(tree, inode, at, piece, pieceView, WRITE_HEADROOM, count, false);
    if (status !== Status.Ok) {
      if (done === 0) return ntStatusOf(status);
      break;
    }
    done += count;
  }
  response.information = done;
  return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
}

/** What was opened to be overwritten may be: it is emptied, and gets other attributes. */
export function overwrite(context: Context): number {
  const { request, file, virtual } = context;
  if (file.virtual !== null) {
    virtual.empty(file.virtual);
    return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
  }
  if (!file.view.writable) return NtStatus.MEDIA_WRITE_PROTECTED;
  const { inode, view: { tree } } = file;
  if (inode.isDirectory) return NtStatus.FILE_IS_A_DIRECTORY;
  if (!inode.isFile) return NtStatus.INVALID_PARAMETER;
  const given = request.buffer(OVERWRITE.EA);
  const eas = given === null ? null : parseExtendedAttributes(given);
  if (eas === null) return NtStatus.INVALID_PARAMETER;
  const refused = checkEaList(inode, eas);
  if (refused !== NtStatus.SUCCESS) return refused;
  const isSuperseded = (request.u32(OVERWRITE.BITS) & 1) !== 0;
  const attributes = request.u32(OVERWRITE.ATTRIBUTES);
  const describes = eas.length > 0 || (attributes & SETTABLE) !== 0 || hasDescription(tree, inode);
  const mode = (attributes & FileAttribute.READONLY) === 0 ? inode.mode : inode.mode & ~0o222;
  const denied = context.acts.begin(overwriting(file, describes, mode));
  if (denied !== NtStatus.SUCCESS) return denied;
  const status = resize(tree, inode, 0, false);
  if (status !== Status.Ok) return ntStatusOf(status);
  const described = describe(tree, inode, attributes, isSuperseded);
  if (described !== Status.Ok) return ntStatusOf(described);
  return withFileInfo(context, RESPONSE.BODY, setEaList(tree, inode, eas));
}

function ownNames(tree: WorkingTree, inode: Inode): string[] {
  return [...tree.xattrs(inode).keys()].filter((name) => name.startsWith("user."));
}

/** There are extended attributes, or what Windows' attributes are kept in: that goes. */
function hasDescription(tree: WorkingTree, inode: Inode): boolean {
  return inode.xattrs !== null && ownNames(tree, inode).length > 0;
}

/** Attributes are added to those that there are; of what is superseded they are all. Extended ones go. */
function describe(
  tree: WorkingTree,
  inode: Inode,
  attributes: number,
  isSuperseded: boolean,
): Status {
  const before = keptAttributes(tree, inode);
  for (const name of ownNames(tree, inode)) {
    const removed = setXattr(tree, inode, name, null, 0);
    if (removed !== Status.Ok) return removed;
  }
  const old = isSuperseded ? 0 : before.attributes;
  const kept = { ...before, attributes: old | attributes | defaultAttributes(inode) };
  const status = keepAttributes(tree, inode, kept);
  if (status !== Status.Ok || (attributes & FileAttribute.READONLY) === 0) return status;
  return setAttributes(tree, inode, { mode: inode.mode & 0o7555 });
}

/** Both contexts 0: of the whole volume. */
export function flush(context: Context): number {
  const { request } = context;
  const isVolume = request.bigint(REQUEST.CONTEXT) === 0n && request.bigint(REQUEST.HANDLE) === 0n;
  if (!isVolume && context.file.virtual !== null) {
    return withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
  }
  return context.sync(isVolume, () => {
    if (!isVolume) withFileInfo(context, RESPONSE.BODY, NtStatus.SUCCESS);
  });
}
