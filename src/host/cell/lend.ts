/**
 * Descriptors that a process which is started has, too.
 *
 * @module
 */

import * as linux from "../linux/cell/lend.ts";
import * as macos from "../macos/cell/lend.ts";
import * as windows from "../windows/cell/lend.ts";
import { pick } from "../pick.ts";

export const {
  /** Who is started by `start` may {@linkcode borrow} these, and nobody else has them. */
  lend,
  /**
   * In the process that was started: what its parent lent, as numbers of this process. Null: that is not to be had, or the
   * parent is gone.
   */
  borrow,
} = pick(linux, { macos, windows });
