/**
 * Security descriptors. All files have the same: the user's, the system's and the administrators', and nobody else's. So
 * it cannot be set to mean anything else; what leaves the user in possession is taken, and changes nothing.
 *
 * @module
 */

import { Access, SecurityInformation } from "../../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import {
  type Ace,
  isSameSid,
  layDescriptor,
  parseDescriptor,
  sidBytes,
} from "../../../../ffi/windows/security_descriptor.ts";
import { RESPONSE, SECURITY } from "../../../../ffi/windows/winfsp/protocol.ts";
import { describing } from "../acts/file_acts.ts";
import type { Context } from "../context.ts";

const SYSTEM = sidBytes("S-1-5-18");
const ADMINISTRATORS = sidBytes("S-1-5-32-544");
const EVERYONE = sidBytes("S-1-1-0");
const AUTHENTICATED = sidBytes("S-1-5-11");
const USERS = sidBytes("S-1-5-32-545");
const OWNER_RIGHTS = sidBytes("S-1-3-4");

/** Generic rights that an entry may have in the place of those of files. */
const GENERIC_ALL = 0x10000000;
const POSSESSION = Access.READ_DATA | Access.WRITE_DATA | Access.APPEND_DATA | Access.DELETE;

/** The descriptor of all files of a user. */
export function volumeDescriptor(owner: Uint8Array): Uint8Array<ArrayBuffer> {
  const dacl = [owner, SYSTEM, ADMINISTRATORS]
    .map((sid) => ({ allows: true, mask: Access.ALL, sid }));
  return layDescriptor({ owner, group: owner, dacl });
}

export function querySecurity({ response, descriptor }: Context): number {
  return response.buffer(RESPONSE.BODY, descriptor)
    ? NtStatus.SUCCESS
    : NtStatus.INSUFFICIENT_RESOURCES;
}

export function setSecurity({ request, response, file, owner, descriptor, acts }: Context): number {
  const which = request.u32(SECURITY.INFORMATION);
  const given = request.buffer(SECURITY.DESCRIPTOR);
  const parsed = given === null ? null : parseDescriptor(given);
  if (parsed === null) return NtStatus.INVALID_PARAMETER;
  if (file.virtual !== null) return NtStatus.ACCESS_DENIED;
  if (!file.view.writable) return NtStatus.MEDIA_WRITE_PROTECTED;
  if ((which & SecurityInformation.OWNER) !== 0) {
    if (parsed.owner === null || !isSameSid(parsed.owner, owner.sid)) return NtStatus.INVALID_OWNER;
  }
  const setsAccess = (which & SecurityInformation.DACL) !== 0 && parsed.dacl !== null;
  if (setsAccess && !possesses(parsed.dacl!, owner.sid)) return NtStatus.ACCESS_DENIED;
  // It changes nothing: only a rule has something to say of it.
  const denied = acts.begin({ ...describing(file, "chmod"), isIntended: true });
  if (denied !== NtStatus.SUCCESS) return denied;
  response.buffer(RESPONSE.BODY, descriptor);
  return NtStatus.SUCCESS;
}

/** The first entry that says something of a right decides, as in AccessCheck. */
function possesses(dacl: readonly Ace[], user: Uint8Array): boolean {
  const own = [user, EVERYONE, AUTHENTICATED, USERS, OWNER_RIGHTS];
  let left: number = POSSESSION;
  for (const { allows, mask, sid } of dacl) {
    if (!own.some((other) => isSameSid(other, sid))) continue;
    const rights = (mask & GENERIC_ALL) !== 0 ? POSSESSION : mask;
    if (!allows && (rights & left) !== 0) return false;
    if (allows) left &= ~rights;
    if (left === 0) return true;
  }
  return false;
}
