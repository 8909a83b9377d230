/**
 * Other processes: whether they run, what they are called, who started them.
 *
 * @module
 */

import * as linux from "./linux/processes.ts";
import * as macos from "./macos/processes.ts";
import * as windows from "./windows/processes.ts";
import { pick } from "./pick.ts";

export type { ProcessId } from "./linux/processes.ts";

export const {
  ancestry,
  commandOf,
  groupsOf,
  instanceOf,
  isAlive,
  isOver,
  isRunning,
  isSuspended,
  mountNamespace,
  parentOf,
  processId,
  processOf,
  sinceBoot,
} = pick(linux, { macos, windows });
