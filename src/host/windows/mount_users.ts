/**
 * Who uses a mount, on Windows: nobody is asked. What a program has open there its server knows.
 *
 * @module
 */

import type { MountUser, UseElsewhere } from "../linux/mount_users.ts";

export { listUsers } from "../linux/mount_users.ts";

export function usersAt(
  _path: string,
  _mayStand: ReadonlySet<number> = new Set(),
): Promise<MountUser[]> {
  return Promise.resolve([]);
}

/** There are no mount namespaces. */
export function useElsewhere(_path: string): Promise<UseElsewhere> {
  return Promise.resolve({ users: [], namespaces: [] });
}
