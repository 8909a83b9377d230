/**
 * Mounting, in the keeper: as the system does it.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import * as linux from "./mount_linux.ts";
import * as macos from "./mount_macos.ts";

/** What the keeper holds of a mount. */
export interface MountHandle {
  readonly fd: number;
  unmount(): void;
}

export const { mountProject, untilMounted } = pick<{
  /** Throws WorkspaceError where the system cannot mount. */
  mountProject(config: DaemonConfig): Promise<MountHandle>;
  /** Resolves when the file system is there. A server waits for it that answers already. */
  untilMounted(path: string): Promise<void>;
}>(linux, { macos });
