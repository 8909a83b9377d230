/**
 * Unmounting, with whatever right this process has.
 *
 * @module
 */

import * as linux from "./linux/unmount.ts";
import * as macos from "./macos/unmount.ts";
import * as windows from "./windows/unmount.ts";
import { pick } from "./pick.ts";

export type { UnmountResult } from "./linux/unmount.ts";

export const { unmount } = pick(linux, { macos, windows });
