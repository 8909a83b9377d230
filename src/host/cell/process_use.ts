/**
 * What another process uses of the machine.
 *
 * @module
 */

import * as linux from "../linux/cell/process_use.ts";
import * as macos from "../macos/cell/process_use.ts";
import * as windows from "../windows/cell/process_use.ts";
import { pick } from "../pick.ts";

export type { ProcessUse } from "../linux/cell/process_use.ts";

export const {
  /** Null if there is no such process. */
  processUse,
} = pick(linux, { macos, windows });
