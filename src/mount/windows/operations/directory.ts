/**
 * Listing a directory. The driver asks on from a position that we gave with the last name: the cookie of that name.
 *
 * @module
 */

import { shownName } from "../../../../ffi/windows/names_utf16.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import { DirectoryBit, QUERY_DIRECTORY } from "../../../../ffi/windows/winfsp/protocol.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { listNames } from "../../../tree/operations/listing.ts";
import { Status } from "../../../tree/status.ts";
import { wireNode } from "../../views.ts";
import type { Context } from "../context.ts";
import { DirectoryWriter } from "../directory_writer.ts";
import { layFileInfo } from "../attributes/file_info.ts";
import { looking } from "../acts/file_acts.ts";
import { ntStatusOf } from "../nt_status_of.ts";
import { matcher } from "../names/pattern.ts";

const DOT = 1;
const DOT_DOT = 2;

export function queryDirectory(context: Context): number {
  const { request, response, memory, file, virtual } = context;
  const writer = new DirectoryWriter(request.u32(QUERY_DIRECTORY.LENGTH));
  const pattern = request.text(QUERY_DIRECTORY.PATTERN);
  const marker = markerOf(request.buffer(QUERY_DIRECTORY.MARKER));
  if (pattern === null || marker === null) return NtStatus.INVALID_PARAMETER;
  if (file.virtual === null) context.acts.begin(looking(file, "read"));
  const status = file.virtual !== null
    ? virtual.list(file.virtual, writer, marker)
    : isOneName(context)
    ? listOne(context, writer, pattern, marker)
    : list(context, writer, pattern, marker);
  if (status !== NtStatus.SUCCESS) return status;
  memory.store(request.bigint(QUERY_DIRECTORY.ADDRESS), writer.bytes);
  response.information = writer.bytes.length;
  return status;
}

/** 0: from the beginning. Null: it is none that was given. The driver lays a character behind it, as behind a name. */
function markerOf(given: Uint8Array<ArrayBuffer> | null): number | null {
  if (given === null || given.length === 0) return given === null ? null : 0;
  if (given.length < 8) return null;
  const marker = new DataView(given.buffer, given.byteOffset, 8).getBigUint64(0, true);
  return marker > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(marker);
}

function isOneName({ request }: Context): boolean {
  return (request.u32(QUERY_DIRECTORY.BITS) & DirectoryBit.PATTERN_IS_FILE_NAME) !== 0;
}

/** stat(2) of programs comes as a listing of one name. */
function listOne(
  context: Context,
  writer: DirectoryWriter,
  name: string,
  marker: number,
): NtStatus {
  const { file: { view, inode }, names } = context;
  if (inode.directory === null) return NtStatus.NOT_A_DIRECTORY;
  const found = names.find(view.tree, inode, name);
  if (typeof found === "number" && found !== Status.NotFound) return ntStatusOf(found);
  if (typeof found !== "number") {
    const { cookie } = inode.directory.entries!.get(found.name)!;
    const isNew = marker < cookie;
    if (isNew && !writer.add(shownName(found.name), cookie, info(context, found.inode))) {
      return NtStatus.INVALID_PARAMETER;
    }
  }
  writer.end();
  return NtStatus.SUCCESS;
}

function list(
  context: Context,
  writer: DirectoryWriter,
  pattern: string,
  marker: number,
): NtStatus {
  const { file: { view, inode }, names } = context;
  const status = view.tree.load(inode);
  if (status !== Status.Ok) return ntStatusOf(status);
  const matches = matcher(pattern, names.caseSensitive);
  const isRoot = inode === view.tree.root;
  if (!isRoot && marker < DOT && matches(".")) {
    if (!writer.add(".", DOT, info(context, inode))) return NtStatus.SUCCESS;
  }
  if (!isRoot && marker < DOT_DOT && matches("..")) {
    // One that was removed is in none.
    const above = info(context, inode.parent ?? inode);
    if (!writer.add("..", DOT_DOT, above)) return NtStatus.SUCCESS;
  }
  let isFull = false;
  listNames(view.tree, inode, marker, (name, { inode: child, cookie }) => {
    const shown = shownName(name);
    if (!matches(shown)) return true;
    isFull = !writer.add(shown, cookie, info(context, child));
    return !isFull;
  });
  if (!isFull) writer.end();
  return NtStatus.SUCCESS;
}

function info({ file: { view: { tree, number } }, names }: Context, inode: Inode) {
  return (view: DataView, at: number) =>
    layFileInfo(view, at, tree, names, inode, wireNode(number, inode.nodeId));
}
