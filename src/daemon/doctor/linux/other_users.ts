/**
 * Whether who is not root may let other users use a mount.
 *
 * @module
 */

import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

const FILE = "/etc/fuse.conf";

export async function otherUsers(machine: Machine): Promise<Check> {
  const name = "allow-other";
  if (machine.uid === 0) return { name, state: "ok", found: "root may let other users in" };
  const text = await machine.text(FILE);
  if (text === null && await machine.exists(FILE)) {
    const found = `${FILE} cannot be read, so nobody but root may let other users in`;
    return { name, state: "ok", found, fix: machine.asRoot(`chmod a+r ${FILE}`) };
  }
  if (/^\s*user_allow_other\s*$/m.test(text ?? "")) {
    return { name, state: "ok", found: `user_allow_other is set in ${FILE}` };
  }
  const found = "not set up; only --allow-other, and Docker in the mount, need it";
  return {
    name,
    state: "ok",
    found,
    fix: `echo user_allow_other | ${machine.asRoot(`tee -a ${FILE}`)}`,
  };
}
