/**
 * Mounts whose daemon died without unmounting them.
 *
 * @module
 */

import * as linux from "./linux/dead_mount.ts";
import * as macos from "./macos/dead_mount.ts";
import * as windows from "./windows/dead_mount.ts";
import { pick } from "./pick.ts";

export const {
  abortMount,
  closeDeadMount,
  endServers,
  hasKeeper,
  isDeadMount,
  keeperOf,
} = pick(linux, { macos, windows });
