/**
 * What this process may do, made less: its integrity, and its privileges.
 *
 * @module
 */

import { bindNtdll, check } from "../ntdll.ts";

const nt = bindNtdll({
  NtOpenProcessToken: { parameters: ["i64", "u32", "buffer"], result: "i32" },
  NtQueryInformationToken: {
    parameters: ["u64", "u32", "buffer", "u32", "buffer"],
    result: "i32",
  },
  NtSetInformationToken: { parameters: ["u64", "u32", "buffer", "u32"], result: "i32" },
  NtAdjustPrivilegesToken: {
    parameters: ["u64", "u8", "buffer", "u32", "pointer", "pointer"],
    result: "i32",
  },
  NtClose: { parameters: ["u64"], result: "i32" },
});

const THIS_PROCESS = -1n;
/** TOKEN_QUERY, _ADJUST_PRIVILEGES and _ADJUST_DEFAULT. */
const ACCESS = 0x8 | 0x20 | 0x80;
const TokenClass = { PRIVILEGES: 3, INTEGRITY: 25 } as const;
/** TOKEN_PRIVILEGES: a count, then a LUID and attributes each. */
const PRIVILEGES = { FIRST: 4, SIZE_OF_ONE: 12, ATTRIBUTES: 8, ROOM: 4096 } as const;
const SE_PRIVILEGE_REMOVED = 4;
/** Without it each folder above a file would be asked, too, and the system's own libraries might not be found. */
const SE_CHANGE_NOTIFY = 23;
/** TOKEN_MANDATORY_LABEL: the address of a SID, and attributes. The SID S-1-16-0 stands behind it: untrusted. */
const LABEL = { SIZE_OF: 28, ATTRIBUTES: 8, SID: 16 } as const;
const UNTRUSTED_SID = [1, 1, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0];
const SE_GROUP_INTEGRITY = 0x20;

/** From now on this process cannot change what is anybody's, and has no privileges. */
export function distrustSelf(): number {
  const handle = new BigUint64Array(1);
  const opened = check(
    nt.NtOpenProcessToken(THIS_PROCESS, ACCESS, new Uint8Array(handle.buffer)),
  );
  if (opened < 0) return opened;
  const token = handle[0]!;
  const result = removePrivileges(token) || lowerIntegrity(token);
  nt.NtClose(token);
  return result;
}

function removePrivileges(token: bigint): number {
  const bytes = new Uint8Array(PRIVILEGES.ROOM);
  const length = new Uint8Array(4);
  const read = check(
    nt.NtQueryInformationToken(token, TokenClass.PRIVILEGES, bytes, bytes.length, length),
  );
  if (read < 0) return read;
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < view.getUint32(0, true); i++) {
    const at = PRIVILEGES.FIRST + i * PRIVILEGES.SIZE_OF_ONE;
    if (view.getUint32(at, true) === SE_CHANGE_NOTIFY) continue;
    view.setUint32(at + PRIVILEGES.ATTRIBUTES, SE_PRIVILEGE_REMOVED, true);
  }
  return check(nt.NtAdjustPrivilegesToken(token, 0, bytes, 0, null, null));
}

function lowerIntegrity(token: bigint): number {
  const bytes = new Uint8Array(LABEL.SIZE_OF);
  const view = new DataView(bytes.buffer);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  view.setBigUint64(0, BigInt(address) + BigInt(LABEL.SID), true);
  view.setUint32(LABEL.ATTRIBUTES, SE_GROUP_INTEGRITY, true);
  bytes.set(UNTRUSTED_SID, LABEL.SID);
  return check(nt.NtSetInformationToken(token, TokenClass.INTEGRITY, bytes, bytes.length));
}
