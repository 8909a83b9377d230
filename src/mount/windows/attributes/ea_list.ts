/**
 * Extended attributes as Windows has them: those of the tree's `user.` namespace, and what WSL keeps of a mode and an owner
 * that Windows has no place for.
 *
 * @module
 */

import { type ExtendedAttribute, packedSize } from "../../../../ffi/windows/extended_attributes.ts";
import { layLx, LX } from "../../../../ffi/windows/lx_metadata.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import { S_IFMT } from "../../../store/trees/entry.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import {
  type AttributeChange,
  setAttributes,
  setXattr,
} from "../../../tree/operations/attributes.ts";
import { Status } from "../../../tree/status.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";
import { KEPT_XATTR } from "./kept_attributes.ts";
import { ntStatusOf } from "../nt_status_of.ts";

const NAMESPACE = "user.";
const LX_NAMES: ReadonlySet<string> = new Set(Object.values(LX));

/** What the attributes of Windows say of a mode: it may be written or not. */
const USUAL = { file: 0o644, directory: 0o755, withoutWrite: 0o555 } as const;
/** The highest bit of a list's size in one answer. */
const LONGEST_NAME = 254;

/** True if its mode is not what Windows' attributes say of it. */
function hasMetadata(inode: Inode): boolean {
  if (inode.isSymlink) return false;
  if (!inode.isFile && !inode.isDirectory) return true;
  const usual = inode.isDirectory ? USUAL.directory : USUAL.file;
  const mode = inode.mode & 0o7777;
  return mode !== usual && mode !== (usual & USUAL.withoutWrite);
}

export function eaList(tree: WorkingTree, inode: Inode): ExtendedAttribute[] {
  const list: ExtendedAttribute[] = [];
  if (hasMetadata(inode)) list.push(...layLx(inode));
  if (inode.xattrs === null) return list;
  for (const [name, value] of tree.xattrs(inode)) {
    if (!name.startsWith(NAMESPACE) || name === KEPT_XATTR) continue;
    const own = name.slice(NAMESPACE.length);
    if (own.length <= LONGEST_NAME && value.length > 0 && value.length < 0x10000) {
      list.push({ name: own, value });
    }
  }
  return list;
}

/** As FILE_INFO has it; 0: there are none. */
export function attributesSize(tree: WorkingTree, inode: Inode): number {
  if (inode.xattrs === null && !hasMetadata(inode)) return 0;
  const list = eaList(tree, inode);
  return list.length === 0 ? 0 : list.reduce((sum, ea) => sum + packedSize(ea), 4);
}

/** Whether all of a list may be set: what is refused changes nothing. */
export function checkEaList(inode: Inode, list: readonly ExtendedAttribute[]): NtStatus {
  for (const ea of list) {
    const known = lxChange(inode, ea, {});
    if (known === "invalid") return NtStatus.INVALID_PARAMETER;
    if (!known && stored(ea) === KEPT_XATTR) return NtStatus.ACCESS_DENIED;
  }
  return NtStatus.SUCCESS;
}

/** What setting a list is told as: by the first of them, WSL's only if there are no others. Null: it is empty. */
export function toldEa(list: readonly ExtendedAttribute[]): Told | null {
  const own = list.find((ea) => !isLx(ea));
  if (own !== undefined) {
    const action = own.value.length === 0 ? "removexattr" : "setxattr";
    return { action, more: { target: NAMESPACE + own.name } };
  }
  if (list.length === 0) return null;
  const isOwner = list.some(({ name }) =>
    name.toUpperCase() === LX.UID || name.toUpperCase() === LX.GID
  );
  return { action: isOwner ? "chown" : "chmod", more: {} };
}

interface Told {
  readonly action: "setxattr" | "removexattr" | "chown" | "chmod";
  readonly more: { readonly target?: string };
}

function isLx({ name }: ExtendedAttribute): boolean {
  return LX_NAMES.has(name.toUpperCase());
}

/** One that differs in case is the same to Windows. */
function stored({ name }: ExtendedAttribute): string {
  return (NAMESPACE + name).toLowerCase();
}

/** Sets what a list says; an empty value removes. */
export function setEaList(
  tree: WorkingTree,
  inode: Inode,
  list: readonly ExtendedAttribute[],
): NtStatus {
  const refused = checkEaList(inode, list);
  if (refused !== NtStatus.SUCCESS) return refused;
  const change: AttributeChange = {};
  for (const ea of list) {
    if (lxChange(inode, ea, change)) continue;
    const status = setOwn(tree, inode, ea);
    if (status !== Status.Ok) return ntStatusOf(status);
  }
  if (Object.keys(change).length === 0) return NtStatus.SUCCESS;
  return ntStatusOf(setAttributes(tree, inode, change));
}

function setOwn(tree: WorkingTree, inode: Inode, ea: ExtendedAttribute): Status {
  const { name, value } = ea;
  const wanted = stored(ea);
  const known = [...tree.xattrs(inode).keys()].find((other) => other.toLowerCase() === wanted);
  const status = setXattr(
    tree,
    inode,
    known ?? NAMESPACE + name,
    value.length === 0 ? null : value,
    0,
  );
  return value.length === 0 && status === Status.NoAttribute ? Status.Ok : status;
}

/** True if it is WSL's. What a file is does not change by it. */
function lxChange(
  inode: Inode,
  ea: ExtendedAttribute,
  change: AttributeChange,
): boolean | "invalid" {
  if (!isLx(ea)) return false;
  const { name, value } = ea;
  const upper = name.toUpperCase();
  if (value.length === 0 || upper === LX.DEVICE) return true;
  if (value.length !== 4) return "invalid";
  const number = new DataView(value.buffer, value.byteOffset).getUint32(0, true);
  if (upper === LX.UID) change.uid = number;
  else if (upper === LX.GID) change.gid = number;
  else if ((number & S_IFMT) === 0 || (number & S_IFMT) === (inode.mode & S_IFMT)) {
    change.mode = number & 0o7777;
  } else return "invalid";
  return true;
}
