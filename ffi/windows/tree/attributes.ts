/**
 * Changing what is told of an open file, whatever rights it is open with.
 *
 * @module
 */

import { Errno } from "../../errno.ts";
import { close, FileClass, queryFile, setFile } from "../file.ts";
import { isPlainMode } from "./file_metadata.ts";
import { fileTime } from "../file_time.ts";
import { layLx, parseLx } from "../lx_metadata.ts";
import { type KeptAttributes, keptCreation, withKept } from "../kept_attributes.ts";
import { Access, FileAttribute } from "../nt_file.ts";
import { easOf, setEas } from "./file_eas.ts";
import { reopen } from "./open_at.ts";

/** FILE_BASIC_INFORMATION: times of 0 stay as they are; so do attributes of 0. */
const BASIC = { SIZE_OF: 40, CREATION: 0, WRITE: 16, ATTRIBUTES: 32 } as const;
const WRITABLE = 0o222;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;

/**
 * Whether a file may be written to is an attribute. What else there is of a mode is where WSL has it, and nowhere where the file
 * system has no place for that.
 */
export function chmodOpen(handle: number, mode: number): number {
  const attributes = attributesOf(handle);
  if (attributes < 0) return attributes;
  const isDirectory = (attributes & FileAttribute.DIRECTORY) !== 0;
  const kind = isDirectory ? S_IFDIR : S_IFREG;
  const known = parseLx(easOf(handle)).mode;
  if (known !== undefined || !isPlainMode(mode, kind)) {
    setEas(handle, layLx({ mode: kind | mode }));
  }
  if (isDirectory) return 0;
  const wanted = (mode & WRITABLE) === 0
    ? attributes | FileAttribute.READONLY
    : attributes & ~FileAttribute.READONLY;
  return wanted === attributes ? 0 : setAttributes(handle, wanted);
}

/** To WSL; to Windows it follows from the folder whose a file is. -1 leaves one of both. */
export function chownOpen(handle: number, uid: number, gid: number): number {
  const ids = { ...(uid < 0 ? {} : { uid }), ...(gid < 0 ? {} : { gid }) };
  setEas(handle, layLx(ids));
  return 0;
}

/** Sets the modification time, and leaves the access time. A file of which it is not kept when it was made is such a one afterwards. */
export function setModificationTime(handle: number, sec: number, nsec: number): number {
  const has = keptAttributesOf(handle);
  if (typeof has === "number") return has;
  const basic = new DataView(new ArrayBuffer(BASIC.SIZE_OF));
  // Not every system takes attributes of 0 for those that there are.
  basic.setUint32(BASIC.ATTRIBUTES, has.attributes, true);
  const written = fileTime(sec, nsec);
  basic.setBigUint64(BASIC.WRITE, written, true);
  const isFolder = (has.attributes & FileAttribute.DIRECTORY) !== 0;
  if (!isFolder && has.created === 0n) basic.setBigUint64(BASIC.CREATION, written, true);
  return setBasic(handle, basic);
}

/**
 * All attributes of what is open, and when it was made as far as that is kept; negative if it is not told. A folder is written with
 * each name in it: of those it is not kept.
 */
export function keptAttributesOf(handle: number): KeptAttributes | number {
  const basic = new DataView(new ArrayBuffer(BASIC.SIZE_OF));
  const result = queryFile(handle, FileClass.BASIC, new Uint8Array(basic.buffer));
  if (result < 0) return result;
  const attributes = basic.getUint32(BASIC.ATTRIBUTES, true);
  if ((attributes & FileAttribute.DIRECTORY) !== 0) return { attributes, created: 0n };
  const [created, written] = [BASIC.CREATION, BASIC.WRITE].map((at) => basic.getBigInt64(at, true));
  return { attributes, created: keptCreation(created!, written!) };
}

/** Sets what is kept of a file besides its mode. `created` 0: that it was made when it was written last. */
export function setKeptAttributes(handle: number, kept: KeptAttributes): number {
  const basic = new DataView(new ArrayBuffer(BASIC.SIZE_OF));
  const result = queryFile(handle, FileClass.BASIC, new Uint8Array(basic.buffer));
  if (result < 0) return result;
  const attributes = withKept(basic.getUint32(BASIC.ATTRIBUTES, true), kept) &
    ~FileAttribute.NORMAL;
  const isFolder = (attributes & FileAttribute.DIRECTORY) !== 0;
  const [created, written] = [BASIC.CREATION, BASIC.WRITE].map((at) => basic.getBigInt64(at, true));
  const change = new DataView(new ArrayBuffer(BASIC.SIZE_OF));
  change.setUint32(BASIC.ATTRIBUTES, attributes || FileAttribute.NORMAL, true);
  const wanted = kept.created === 0n ? written! : kept.created;
  if (!isFolder && keptCreation(created!, written!) !== kept.created) {
    change.setBigInt64(BASIC.CREATION, wanted, true);
  }
  return setBasic(handle, change);
}

/** Attributes of what is open; negative if they are not told. */
export function attributesOf(handle: number): number {
  const basic = new DataView(new ArrayBuffer(BASIC.SIZE_OF));
  const result = queryFile(handle, FileClass.BASIC, new Uint8Array(basic.buffer));
  return result < 0 ? result : basic.getUint32(BASIC.ATTRIBUTES, true);
}

export function setAttributes(handle: number, attributes: number): number {
  const basic = new DataView(new ArrayBuffer(BASIC.SIZE_OF));
  basic.setUint32(BASIC.ATTRIBUTES, attributes || FileAttribute.NORMAL, true);
  return setBasic(handle, basic);
}

function setBasic(handle: number, basic: DataView<ArrayBuffer>): number {
  const bytes = new Uint8Array(basic.buffer);
  // First by the handle that wrote: with its times set it leaves them alone when it is closed.
  const result = setFile(handle, FileClass.BASIC, bytes);
  if (result !== -Errno.EACCES) return result;
  const writable = reopen(handle, Access.WRITE_ATTRIBUTES);
  if (writable < 0) return writable;
  const again = setFile(writable, FileClass.BASIC, bytes);
  close(writable);
  return again;
}
