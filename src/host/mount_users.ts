/**
 * Who uses a mount.
 *
 * @module
 */

export {
  listUsers,
  type MountUser,
  type UseElsewhere,
  useElsewhere,
  usersAt,
} from "./linux/mount_users.ts";
