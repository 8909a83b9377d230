/**
 * Who uses a mount.
 *
 * @module
 */

import * as linux from "./linux/mount_users.ts";
import * as macos from "./macos/mount_users.ts";
import * as windows from "./windows/mount_users.ts";
import { pick } from "./pick.ts";

export type { MountUser, UseElsewhere } from "./linux/mount_users.ts";

export const { listUsers, useElsewhere, usersAt } = pick(linux, {
  macos,
  windows,
});
