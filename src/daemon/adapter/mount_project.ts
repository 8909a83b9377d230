/**
 * Mounting, in the keeper: as the system does it.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import { unmount, type UnmountResult } from "../../host/unmount.ts";
import type { AnswerWatch } from "../../mount/windows/answer_watch.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/** Where a mount is the kernel's, and a server one of several that serve it. */
const OUTLIVING = {
  unmountOwn: unmount,
  rouser: () => () => {},
  answerWatch: () => null,
  OUTLIVES_SERVER: true,
  UNMOUNTS_IN_USE: false,
};

/** What the keeper holds of a mount. */
export interface MountHandle {
  readonly fd: number;
  unmount(): void;
}

export const {
  answerWatch,
  mountProject,
  OUTLIVES_SERVER,
  rouser,
  UNMOUNTS_IN_USE,
  unmountOwn,
  untilMounted,
} = await load<{
  /** Throws WorkspaceError where the system cannot mount. */
  mountProject(config: DaemonConfig): Promise<MountHandle>;
  /** Resolves when the file system is there. A server waits for it that answers already, and is the mount's first. */
  untilMounted(path: string): Promise<void>;
  /** Unmounts what this server serves. */
  unmountOwn(path: string, lazy: boolean): Promise<UnmountResult>;
  /** What wakes the fs thread once something is in its mailbox, besides the mailbox's own wake. */
  rouser(): () => void;
  /**
   * Where the fs thread waits for requests alone: what brings it back when that bell of filters is rung; to be begun once
   * there is a filter.
   */
  answerWatch(asked: number): AnswerWatch | null;
  /** A server that dies leaves the mount to the next one. Else that one's is new: nothing is taken over. */
  readonly OUTLIVES_SERVER: boolean;
  /** The system takes a mount away although programs have something open in it. */
  readonly UNMOUNTS_IN_USE: boolean;
}>({
  linux: async () => ({ ...OUTLIVING, ...await import("./mount_linux.ts") }),
  macos: async () => ({ ...OUTLIVING, ...await import("./mount_macos.ts") }),
  windows: () => import("./mount_windows.ts"),
});
