/**
 * Mounting, in the keeper: as the system does it.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import { unmount, type UnmountResult } from "../../host/unmount.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import * as linux from "./mount_linux.ts";
import * as macos from "./mount_macos.ts";
import * as windows from "./mount_windows.ts";

const common = { unmountOwn: unmount, rouser: () => () => {}, OUTLIVES_SERVER: true };

/** What the keeper holds of a mount. */
export interface MountHandle {
  readonly fd: number;
  unmount(): void;
}

export const { mountProject, OUTLIVES_SERVER, rouser, unmountOwn, untilMounted } = pick<{
  /** Throws WorkspaceError where the system cannot mount. */
  mountProject(config: DaemonConfig): Promise<MountHandle>;
  /** Resolves when the file system is there. A server waits for it that answers already, and is the mount's first. */
  untilMounted(path: string): Promise<void>;
  /** Unmounts what this server serves. */
  unmountOwn(path: string, lazy: boolean): Promise<UnmountResult>;
  /** What wakes the fs thread once something is in its mailbox, besides the mailbox's own wake. */
  rouser(): () => void;
  /** A server that dies leaves the mount to the next one. Else that one's is new: nothing is taken over. */
  readonly OUTLIVES_SERVER: boolean;
}>({ ...common, ...linux }, { macos: { ...common, ...macos }, windows });
