/**
 * The session of a mount, as the system has it.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { MountSession } from "../../mount/dispatch/mount_session.ts";
import type { SessionParts } from "./session_parts.ts";

export async function makeSession(parts: SessionParts): Promise<MountSession> {
  const system = await load<{ makeSession(parts: SessionParts): MountSession }>({
    linux: () => import("./linux_session.ts"),
    macos: () => import("./macos_session.ts"),
    windows: () => import("./windows_session.ts"),
  });
  return system.makeSession(parts);
}
