/**
 * Who may use a volume: its user, in whichever shell, and the system's own services. What each file allows is the same for
 * all of them, so one look at the caller's token decides.
 *
 * @module
 */

import { isSameSid, sidBytes } from "../../../ffi/windows/security_descriptor.ts";
import type { TokenUsers } from "../../../ffi/windows/winfsp/token_user.ts";

const SYSTEM = sidBytes("S-1-5-18");

/** Answers for a token, by its number in this process. */
export function ownerOnly(
  users: Pick<TokenUsers, "userOf">,
  owner: Uint8Array,
): (token: number) => boolean {
  return (token) => {
    const user = users.userOf(token);
    return user !== null && (isSameSid(user, owner) || isSameSid(user, SYSTEM));
  };
}
