/**
 * What the daemon does with the session of a mount, whatever the system.
 *
 * @module
 */

import type { Context } from "../fuse/context.ts";
import type { View } from "../views.ts";
import type { DispatchOptions } from "./dispatcher.ts";

export interface MountSession {
  readonly context: Context;
  readonly options: DispatchOptions;
  /** Set to stop serving although the file system lives on. */
  ended: boolean;
  /** Serves until the file system is unmounted or {@linkcode ended}. */
  run(): void;
  /** Goes on where another server was. */
  takeOver(): void;
  /** Answers what has come already. Returns how many pages were written back since the mount began. */
  drain(): number;
  /** Answers what waited for a view that is thawed now. */
  serveParked(): void;
  /** Nodes of a view are other than they were, by no request. */
  changedBehind(view: View, nodeIds: readonly number[]): void;
}
