/**
 * Who uses a mount, on macOS: the kernel lists those who have something of a volume open. It does not tell whether they only
 * stand there.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { processesOn } from "../../../ffi/macos/process.ts";
import type { MountUser, UseElsewhere } from "../linux/mount_users.ts";
import { commandOf } from "./processes.ts";

export { listUsers } from "../linux/mount_users.ts";

/** Without this process: it lists directories for others. Who may stand there is not told apart from who does. */
export function usersAt(
  path: string,
  mayStand: ReadonlySet<number> = new Set(),
): Promise<MountUser[]> {
  const users = processesOn(cString(binaryString(path)))
    .filter((pid) => pid !== Deno.pid && !mayStand.has(pid))
    .map((pid) => ({ pid, command: commandOf(pid) }));
  return Promise.resolve(users);
}

/** There are no mount namespaces. */
export function useElsewhere(_path: string): Promise<UseElsewhere> {
  return Promise.resolve({ users: [], namespaces: [] });
}
