/**
 * What a mount is served through, as servers inherit it.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import * as linux from "../../mount/linux/device.ts";
import * as macos from "../../mount/macos/device.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import * as windows from "./mount_windows.ts";

export const { handDown, inheritedDevice } = pick<{
  handDown(session: { readonly fd: number }): void;
  inheritedDevice(config: DaemonConfig): number;
}>(linux, { macos, windows });
