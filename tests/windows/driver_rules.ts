/**
 * What the kernel and WinFsp's driver refuse or change before a file system is asked: names that cannot be, what contradicts
 * itself, what nobody does to the root.
 *
 * @module
 */

import { Access, CreateOption, Disposition, FileAttribute } from "../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import {
  CreateBit,
  KEEP_ATTRIBUTES,
  REQUEST,
  REQUEST_BYTES,
} from "../../ffi/windows/winfsp/protocol.ts";
import type { OpenOptions } from "./driver_requests.ts";

/** As a volume of ours says it. */
const LONGEST_COMPONENT = 255;

const TEMPORARY = 0x100;

/** FILE_NO_EA_KNOWLEDGE and FILE_OPEN_BY_FILE_ID. */
export const UnhadOption = { NO_EA_KNOWLEDGE: 0x200, OPEN_BY_ID: 0x2000 } as const;

/** Whether a path, or a name, may be at all: streams are not had. */
export function isPossiblePath(path: string): boolean {
  // deno-lint-ignore no-control-regex
  if (path === "" || /[\x00-\x1f"*/:<>?|]/.test(path)) return false;
  const names = path.split("\\");
  const isWhole = names.slice(1, -1).every((name) => name !== "");
  return isWhole && names.every(({ length }) => length <= LONGEST_COMPONENT);
}

/** Whether a request that has these names, with what ends them, is one that the driver makes. */
export function fits(...names: readonly string[]): boolean {
  const size = names.reduce((sum, { length }) => sum + ((2 * length + 2 + 7) & ~7), 0);
  return REQUEST.SIZE_OF + size <= REQUEST_BYTES;
}

/** A status if an opening is refused unasked. */
export function refusedUnasked(path: string, open: OpenOptions): NtStatus | null {
  const { disposition = Disposition.OPEN, options = 0, attributes = 0, bits = 0 } = open;
  const isDirectory = (options & CreateOption.DIRECTORY_FILE) !== 0;
  const deletes = (options & CreateOption.DELETE_ON_CLOSE) !== 0;
  if ((options & UnhadOption.OPEN_BY_ID) !== 0) return NtStatus.NOT_IMPLEMENTED;
  const isBlind = (options & UnhadOption.NO_EA_KNOWLEDGE) !== 0;
  if (isBlind && (open.ea?.length ?? 0) > 0) return NtStatus.ACCESS_DENIED;
  if (isDirectory && (options & CreateOption.NON_DIRECTORY_FILE) !== 0) {
    return NtStatus.INVALID_PARAMETER;
  }
  const keeps = disposition >= Disposition.OPEN && disposition <= Disposition.OPEN_IF;
  if (isDirectory && !keeps) return NtStatus.INVALID_PARAMETER;
  const mayDelete = (open.access ?? Access.ALL) & (Access.DELETE | Access.MAXIMUM_ALLOWED);
  if (deletes && mayDelete === 0) return NtStatus.INVALID_PARAMETER;
  const makes = disposition === Disposition.CREATE || disposition === Disposition.OPEN_IF;
  if (isDirectory && makes && (attributes & TEMPORARY) !== 0) return NtStatus.INVALID_PARAMETER;
  // The volume itself.
  if (path === "") return null;
  if (!isPossiblePath(path)) return NtStatus.OBJECT_NAME_INVALID;
  if (path === "\\") {
    const isTarget = (bits & CreateBit.OPEN_TARGET_DIRECTORY) !== 0;
    const opens = disposition === Disposition.OPEN || disposition === Disposition.OPEN_IF;
    if (isTarget || !opens) return NtStatus.ACCESS_DENIED;
    if (deletes) return NtStatus.CANNOT_DELETE;
  }
  return fits(path) ? null : NtStatus.INVALID_PARAMETER;
}

/** Attributes of what is made, or overwritten, as they are asked for. */
export function askedAttributes(attributes: number, isDirectory: boolean): number {
  const kept = attributes &
    ~(FileAttribute.NORMAL | FileAttribute.DIRECTORY | FileAttribute.REPARSE_POINT);
  return isDirectory ? kept | FileAttribute.DIRECTORY : kept;
}

/** Attributes that a program sets, as they are asked for: 0 of a program are those that there are, NORMAL is none. */
export function setAttributes(attributes: number, isDirectory: boolean): number {
  if (attributes === 0) return KEEP_ATTRIBUTES;
  const kept = attributes & ~(FileAttribute.NORMAL | FileAttribute.DIRECTORY);
  return isDirectory ? kept | FileAttribute.DIRECTORY : kept;
}

/** What is overwritten has to be called hidden and system if it is. */
export function mayOverwrite(there: number, asked: number): boolean {
  return (there & ~asked & (FileAttribute.HIDDEN | FileAttribute.SYSTEM)) === 0;
}
