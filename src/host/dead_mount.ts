/**
 * Mounts whose daemon died without unmounting them.
 *
 * @module
 */

export { abortMount, closeDeadMount, hasKeeper, isDeadMount } from "./linux/dead_mount.ts";
