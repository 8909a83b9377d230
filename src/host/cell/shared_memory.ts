/**
 * Memory without a name that processes share.
 *
 * @module
 */

import * as linux from "../linux/cell/shared_memory.ts";
import * as macos from "../macos/cell/shared_memory.ts";
import * as windows from "../windows/cell/shared_memory.ts";
import { pick } from "../pick.ts";

export const {
  /** New memory of so many bytes, a descriptor; negative if there is none to be had. */
  createShared,
  /** Its bytes in this process; null if they cannot be mapped. */
  mapShared,
} = pick(linux, { macos, windows });
