/**
 * Whether Windows may make something of a name.
 *
 * @module
 */

import { storedName } from "../../../../ffi/windows/names_utf16.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import { NAME_MAX } from "../../../tree/working_tree.ts";

/** What the driver lets through only in streams and patterns, and what no stored name can have. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x1f<>:"|?*\\/]/;

export function checkNewName(shown: string): NtStatus {
  if (shown === "" || shown === "." || shown === "..") return NtStatus.OBJECT_NAME_INVALID;
  if (FORBIDDEN.test(shown)) return NtStatus.OBJECT_NAME_INVALID;
  const stored = storedName(shown);
  if (stored === "." || stored === "..") return NtStatus.OBJECT_NAME_INVALID;
  return stored.length > NAME_MAX ? NtStatus.OBJECT_NAME_INVALID : NtStatus.SUCCESS;
}
