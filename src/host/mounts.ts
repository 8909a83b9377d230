/**
 * What is mounted where. Light: clients load it at each start.
 *
 * @module
 */

export { isWithin, listMounts, type Mount, MOUNT_TYPE, mountAt } from "./linux/mounts.ts";
