/**
 * What is mounted where. Light: clients load it at each start.
 *
 * @module
 */

import * as linux from "./linux/mounts.ts";
import * as macos from "./macos/mounts.ts";
import { pick } from "./pick.ts";

export type { Mount } from "./linux/mounts.ts";

export const { isWithin, listMounts, MOUNT_TYPE, mountAt } = pick<
  Omit<typeof linux, "parseMountinfo">
>(
  linux,
  { macos },
);
