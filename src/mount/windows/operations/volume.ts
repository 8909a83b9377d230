/**
 * The volume as a whole, its streams and extended attributes.
 *
 * @module
 */

import {
  layExtendedAttributes,
  parseExtendedAttributes,
} from "../../../../ffi/windows/extended_attributes.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import {
  EA,
  RESPONSE,
  SET_VOLUME,
  STREAM_INFO,
  VOLUME_INFO,
} from "../../../../ffi/windows/winfsp/protocol.ts";
import { type Context, withFileInfo } from "../context.ts";
import { describing } from "../acts/file_acts.ts";
import { eaList, setEaList, toldEa } from "../attributes/ea_list.ts";
import { ALLOCATION_UNIT } from "../attributes/file_info.ts";

/** FileFsLabelInformation. */
const LABEL_CLASS = 2;

export function queryVolume(context: Context): number {
  const { response, space, label } = context;
  const { total, free } = space();
  const at = RESPONSE.BODY;
  response.u64(at + VOLUME_INFO.TOTAL, total);
  response.u64(at + VOLUME_INFO.FREE, free);
  response.u16(at + VOLUME_INFO.LABEL_BYTES, 2 * label.length);
  for (let i = 0; i < label.length; i++) {
    response.u16(at + VOLUME_INFO.LABEL + 2 * i, label.charCodeAt(i));
  }
  return NtStatus.SUCCESS;
}

/** Until the volume goes. */
export function setVolume(context: Context): number {
  const { request } = context;
  if (request.u32(SET_VOLUME.CLASS) !== LABEL_CLASS) return NtStatus.INVALID_PARAMETER;
  const label = request.text(SET_VOLUME.LABEL);
  if (label === null) return NtStatus.INVALID_PARAMETER;
  if (2 * label.length > VOLUME_INFO.LABEL_MAX) return NtStatus.INVALID_PARAMETER;
  context.label = label;
  return queryVolume(context);
}

/** A file has one stream, which has no name. */
export function queryStreams({ response, file }: Context): number {
  const { inode, virtual } = file;
  if (virtual !== null || !inode.isFile) return NtStatus.SUCCESS;
  const bytes = new Uint8Array(STREAM_INFO.NAME);
  const view = new DataView(bytes.buffer);
  view.setUint16(STREAM_INFO.SIZE, bytes.length, true);
  view.setBigUint64(STREAM_INFO.STREAM_SIZE, BigInt(inode.size), true);
  const allocated = Math.ceil(inode.size / ALLOCATION_UNIT) * ALLOCATION_UNIT;
  view.setBigUint64(STREAM_INFO.ALLOCATION, BigInt(allocated), true);
  response.buffer(RESPONSE.BODY, bytes);
  return NtStatus.SUCCESS;
}

export function queryEa({ response, file }: Context): number {
  const list = file.virtual === null ? eaList(file.view.tree, file.inode) : [];
  // That there are none the driver says in words of its own.
  return response.buffer(RESPONSE.BODY, layExtendedAttributes(list))
    ? NtStatus.SUCCESS
    : NtStatus.EA_TOO_LARGE;
}

export function setEa(context: Context): number {
  const { request, response, file } = context;
  const given = request.buffer(EA.SET);
  const list = given === null ? null : parseExtendedAttributes(given);
  if (list === null) return NtStatus.EA_CORRUPT_ERROR;
  if (file.virtual !== null) return NtStatus.ACCESS_DENIED;
  if (!file.view.writable) return NtStatus.MEDIA_WRITE_PROTECTED;
  const told = toldEa(list);
  if (told !== null) {
    const denied = context.acts.begin(describing(file, told.action, told.more));
    if (denied !== NtStatus.SUCCESS) return denied;
  }
  const status = setEaList(file.view.tree, file.inode, list);
  if (status !== NtStatus.SUCCESS) return status;
  response.buffer(EA.SET_RESULT, layExtendedAttributes(eaList(file.view.tree, file.inode)));
  return withFileInfo(context, EA.SET_INFO, status);
}
