/**
 * What a mount is served through, as servers inherit it.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

export const { handDown, inheritedDevice } = await load<{
  handDown(session: { readonly fd: number }): void;
  inheritedDevice(config: DaemonConfig): number;
}>({
  linux: () => import("../../mount/linux/device.ts"),
  macos: () => import("../../mount/macos/device.ts"),
  windows: () => import("./mount_windows.ts"),
});
