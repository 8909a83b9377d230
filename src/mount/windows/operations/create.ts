/**
 * NtCreateFile: opening what there is, and making what there is not.
 *
 * Share modes, oplocks and what is about to be deleted are the driver's: it asks us first, and then decides whether the
 * opening stands. So nothing that was there is changed here: what is to be overwritten is, by a request of its own.
 *
 * @module
 */

import { parseExtendedAttributes } from "../../../../ffi/windows/extended_attributes.ts";
import { foldedName } from "../../../../ffi/windows/names_utf16.ts";
import {
  Access,
  CreateOption,
  Disposition,
  FileAttribute,
} from "../../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import {
  CREATE,
  CreateBit,
  CREATED,
  CreatedBit,
  Outcome,
  REQUEST,
} from "../../../../ffi/windows/winfsp/protocol.ts";
import { S_IFDIR, S_IFREG } from "../../../store/trees/entry.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { create as createInode, unlink } from "../../../tree/operations/names.ts";
import { Status } from "../../../tree/status.ts";
import { wireNode } from "../../views.ts";
import { type Context, layOpenInfo } from "../context.ts";
import { setEaList } from "../attributes/ea_list.ts";
import { isReadOnly } from "../attributes/file_info.ts";
import { defaultAttributes, keepAttributes } from "../attributes/kept_attributes.ts";
import { making, opening, type Withheld } from "../acts/name_acts.ts";
import { checkNewName } from "../names/new_name.ts";
import { ntStatusOf } from "../nt_status_of.ts";
import { madeByReparse } from "./reparse.ts";
import type { Place, Walked } from "../names/walk.ts";

const OPTIONS = 0xffffff;

const WRITES_DATA = Access.WRITE_DATA | Access.APPEND_DATA;

/** What is refused of a file that may not be written. */
const READONLY_FORBIDS = WRITES_DATA | Access.DELETE_CHILD;

/** What nobody has in a checkpoint. */
const CHANGES = WRITES_DATA | Access.WRITE_EA | Access.WRITE_ATTRIBUTES | Access.DELETE |
  Access.DELETE_CHILD | Access.WRITE_DAC | Access.WRITE_OWNER;

interface Asked {
  readonly path: string;
  readonly options: number;
  readonly disposition: number;
  readonly bits: number;
  readonly access: number;
  /** Low half of the token. */
  readonly caller: number;
}

export function create(context: Context): number {
  const { request } = context;
  const path = request.text(REQUEST.FILE_NAME);
  if (path === null || !(path === "" || path.startsWith("\\"))) return NtStatus.OBJECT_NAME_INVALID;
  const word = request.u32(CREATE.OPTIONS);
  const asked: Asked = {
    path,
    options: word & OPTIONS,
    disposition: word >>> 24,
    bits: request.u32(CREATE.BITS),
    access: request.u32(CREATE.DESIRED_ACCESS),
    caller: request.u32(CREATE.TOKEN + 4),
  };
  if (request.u16(CREATE.STREAM) !== 0) return NtStatus.OBJECT_NAME_INVALID;
  const isUser = (asked.bits & CreateBit.USER_MODE) !== 0;
  if (isUser && !context.allows(request.u32(CREATE.TOKEN))) return NtStatus.ACCESS_DENIED;
  if ((asked.bits & CreateBit.OPEN_TARGET_DIRECTORY) !== 0) return openTarget(context, asked);
  if (!isPossible(asked)) return NtStatus.INVALID_PARAMETER;
  const walked = context.walker.walk(
    path,
    (asked.options & CreateOption.OPEN_REPARSE_POINT) === 0,
  );
  if (!("place" in walked)) return refusedWalk(context, asked, walked);
  const { place } = walked;
  if (place.virtual !== null) return openVirtual(context, asked, place);
  return place.inode === null ? make(context, asked, place) : openExisting(context, asked, place);
}

/** Nothing can be made in `.agentvfs`: of files, a name that is not there is a place. */
function refusedWalk(
  context: Context,
  { disposition }: Asked,
  walked: Exclude<Walked, { readonly place: Place }>,
): number {
  const finds = disposition === Disposition.OPEN || disposition === Disposition.OVERWRITE;
  const isMissing = "status" in walked && walked.status === NtStatus.OBJECT_NAME_NOT_FOUND;
  return isMissing && !finds ? NtStatus.ACCESS_DENIED : context.wait(walked);
}

function isPossible({ disposition, options, access }: Asked): boolean {
  const isDirectory = (options & CreateOption.DIRECTORY_FILE) !== 0;
  if (disposition > Disposition.OVERWRITE_IF) return false;
  if (isDirectory && (options & CreateOption.NON_DIRECTORY_FILE) !== 0) return false;
  if (isDirectory && isOverwriting(disposition)) return false;
  const deletes = (options & CreateOption.DELETE_ON_CLOSE) !== 0;
  return !deletes || (access & (Access.DELETE | Access.MAXIMUM_ALLOWED)) !== 0;
}

function isOverwriting(disposition: number): boolean {
  return disposition === Disposition.SUPERSEDE || disposition >= Disposition.OVERWRITE;
}

/** The directory of a name that something is to be renamed to. */
function openTarget(context: Context, asked: Asked): number {
  const walked = context.walker.walk(asked.path, false);
  if (!("place" in walked)) return context.wait(walked);
  const { place } = walked;
  if (place.virtual !== null) return NtStatus.ACCESS_DENIED;
  if (place.parent === null) return NtStatus.OBJECT_NAME_INVALID;
  const outcome = place.inode === null ? Outcome.DOES_NOT_EXIST : Outcome.EXISTS;
  const { parent, path } = place;
  const directory = {
    ...place,
    inode: parent,
    parent: parent.parent,
    name: parent.name,
    path: path.slice(0, -1),
  };
  return opened(context, { ...asked, path: parentPath(asked.path) }, directory, outcome);
}

function parentPath(path: string): string {
  const names = path.split("\\").filter((name) => name !== "");
  return "\\" + names.slice(0, -1).join("\\");
}

function openVirtual(context: Context, asked: Asked, place: Place): number {
  const isDirectory = place.virtual!.kind === "directory";
  const refused = refusedAs(asked, isDirectory);
  if (refused !== null) return refused;
  if (asked.disposition === Disposition.CREATE) return NtStatus.OBJECT_NAME_COLLISION;
  const writable = place.virtual!.kind === "ctl";
  const deletes = (asked.options & CreateOption.DELETE_ON_CLOSE) !== 0;
  if (deletes || (asked.access & Access.DELETE) !== 0) return NtStatus.ACCESS_DENIED;
  const writes = isOverwriting(asked.disposition) || (asked.access & WRITES_DATA) !== 0;
  if (!writable && writes) return NtStatus.ACCESS_DENIED;
  const outcome = isOverwriting(asked.disposition) ? Outcome.OVERWRITTEN : Outcome.OPENED;
  return opened(context, asked, place, outcome);
}

/** A status if what is there is not of the kind that is asked for. */
function refusedAs({ options, bits, disposition }: Asked, isDirectory: boolean): NtStatus | null {
  const mustBeFile = (options & CreateOption.NON_DIRECTORY_FILE) !== 0;
  if (isDirectory && mustBeFile) return NtStatus.FILE_IS_A_DIRECTORY;
  if (disposition === Disposition.CREATE) return NtStatus.OBJECT_NAME_COLLISION;
  if (isDirectory) return isOverwriting(disposition) ? NtStatus.OBJECT_NAME_COLLISION : null;
  if ((options & CreateOption.DIRECTORY_FILE) !== 0) return NtStatus.NOT_A_DIRECTORY;
  return (bits & CreateBit.TRAILING_BACKSLASH) !== 0 ? NtStatus.OBJECT_NAME_INVALID : null;
}

function openExisting(context: Context, asked: Asked, place: Place): number {
  const inode = place.inode!;
  const { disposition, options, access } = asked;
  if (inode.isSymlink) {
    // It may be a link of either kind.
    if (disposition === Disposition.CREATE) return NtStatus.OBJECT_NAME_COLLISION;
  } else {
    const refused = refusedAs(asked, inode.isDirectory);
    if (refused !== null) return refused;
  }
  const overwrites = isOverwriting(disposition);
  if (!place.view.writable && (overwrites || (access & CHANGES) !== 0)) {
    return NtStatus.MEDIA_WRITE_PROTECTED;
  }
  if (overwrites && !inode.isFile) return NtStatus.ACCESS_DENIED;
  if (isReadOnly(inode)) {
    const writes = overwrites || !inode.isDirectory && (access & READONLY_FORBIDS) !== 0;
    if (writes) return NtStatus.ACCESS_DENIED;
  }
  if ((options & CreateOption.DELETE_ON_CLOSE) !== 0) {
    if (!place.view.writable) return NtStatus.MEDIA_WRITE_PROTECTED;
    if (isReadOnly(inode) || place.parent === null) return NtStatus.CANNOT_DELETE;
  }
  const outcome = !overwrites
    ? Outcome.OPENED
    : disposition === Disposition.SUPERSEDE
    ? Outcome.SUPERSEDED
    : Outcome.OVERWRITTEN;
  const withheld: Withheld = { access: 0 };
  const denied = context.acts.begin(opening(place, asked, withheld));
  if (denied !== NtStatus.SUCCESS) return denied;
  return opened(context, asked, place, outcome, withheld.access);
}

function make(context: Context, asked: Asked, place: Place): number {
  const { request, names, owner } = context;
  const { disposition, options, bits } = asked;
  if (disposition === Disposition.OPEN || disposition === Disposition.OVERWRITE) {
    return NtStatus.OBJECT_NAME_NOT_FOUND;
  }
  const isDirectory = (options & CreateOption.DIRECTORY_FILE) !== 0;
  if (!isDirectory && (bits & CreateBit.TRAILING_BACKSLASH) !== 0) {
    return NtStatus.OBJECT_NAME_INVALID;
  }
  const named = checkNewName(place.path.at(-1)!);
  if (named !== NtStatus.SUCCESS) return named;
  if (!place.view.writable) return NtStatus.MEDIA_WRITE_PROTECTED;
  const attributes = request.u32(CREATE.ATTRIBUTES);
  const isReadonly = (attributes & FileAttribute.READONLY) !== 0;
  if (isReadonly && (options & CreateOption.DELETE_ON_CLOSE) !== 0) return NtStatus.CANNOT_DELETE;
  const given = request.buffer(CREATE.EA);
  if (given === null) return NtStatus.INVALID_PARAMETER;
  const isReparse = (bits & CreateBit.EA_IS_REPARSE_POINT) !== 0;
  const eas = isReparse ? [] : parseExtendedAttributes(given);
  if (eas === null) return NtStatus.EA_CORRUPT_ERROR;
  const node = isReparse ? madeByReparse(given) : { mode: ordinary(isDirectory), target: null };
  if ("status" in node) return node.status;
  const { view, parent, name } = place;
  const mode = isReadonly ? node.mode & ~0o222 : node.mode;
  const denied = context.acts.begin(making(place, asked, mode, node.target));
  if (denied !== NtStatus.SUCCESS) return denied;
  const { uid, gid } = owner;
  const inode = createInode(view.tree, parent!, name, mode, uid, gid, 0, node.target);
  if (typeof inode === "number") {
    return inode === Status.NotFound ? NtStatus.DELETE_PENDING : ntStatusOf(inode);
  }
  names.added(parent!, name);
  const status = describe(place, inode, attributes) || setEaList(view.tree, inode, eas);
  if (status !== NtStatus.SUCCESS) {
    // What is refused leaves nothing.
    unlink(view.tree, parent!, name, inode.isDirectory);
    return status;
  }
  return opened(context, asked, { ...place, inode }, Outcome.CREATED);
}

function ordinary(isDirectory: boolean): number {
  return isDirectory ? S_IFDIR | 0o755 : S_IFREG | 0o644;
}

function describe({ view }: Place, inode: Inode, attributes: number): number {
  const hidden = attributes & (FileAttribute.HIDDEN | FileAttribute.SYSTEM);
  if (hidden === 0) return NtStatus.SUCCESS;
  const kept = { attributes: hidden | defaultAttributes(inode), created: 0n };
  return ntStatusOf(keepAttributes(view.tree, inode, kept));
}

function granted(context: Context, { access }: Asked, place: Place, withheld: number): number {
  const already = context.request.u32(CREATE.GRANTED_ACCESS);
  const wanted = (access & ~Access.MAXIMUM_ALLOWED | already) >>> 0;
  if ((access & Access.MAXIMUM_ALLOWED) === 0) return wanted;
  let all: number = Access.ALL;
  if (!place.view.writable) all &= ~CHANGES;
  else if (place.inode?.isFile && isReadOnly(place.inode)) all &= ~READONLY_FORBIDS;
  return (wanted | all & ~withheld) >>> 0;
}

/** `withheld`: rights that rules do not leave to whoever asks for all that there are. */
function opened(
  context: Context,
  asked: Asked,
  place: Place,
  outcome: number,
  withheld = 0,
): number {
  const { response, opens, names } = context;
  const { view, virtual, parent, name } = place;
  const inode = place.inode ?? view.tree.root;
  const { caller } = asked;
  const access = granted(context, asked, place, withheld);
  const isMade = outcome === Outcome.CREATED;
  context.file = opens.open({ view, inode, parent, name, virtual, caller, access, isMade });
  const deletes = (asked.options & CreateOption.DELETE_ON_CLOSE) !== 0;
  if (deletes && virtual === null) context.acts.intend(context.file, true);
  const node = virtual === null ? wireNode(view.number, inode.nodeId) : virtual.id;
  response.information = outcome;
  response.u64(CREATED.CONTEXT, node);
  response.u64(CREATED.HANDLE, context.file.handle);
  response.u32(CREATED.GRANTED_ACCESS, access);
  layOpenInfo(context, CREATED.FILE_INFO);
  // The driver knows files by their names: what has several must not be kept under any.
  const isShared = virtual !== null || inode.nlink > 1 && !inode.isDirectory ||
    parent !== null && names.hasTwin(parent, name);
  response.u32(CREATED.BITS, isShared ? CreatedBit.DISABLE_CACHE : 0);
  const path = "\\" + place.path.join("\\");
  const isSame = foldedName(path) === foldedName(asked.path === "" ? "\\" : asked.path);
  if (!names.caseSensitive && isSame) response.text(CREATED.FILE_NAME, path);
  return NtStatus.SUCCESS;
}
