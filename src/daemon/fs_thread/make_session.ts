/**
 * The session of a mount, as the system has it.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import type { MountSession } from "../../mount/dispatch/mount_session.ts";
import * as linux from "./linux_session.ts";
import * as macos from "./macos_session.ts";
import type { SessionParts } from "./session_parts.ts";
import * as windows from "./windows_session.ts";

export const { makeSession } = pick<{ makeSession(parts: SessionParts): MountSession }>(linux, {
  macos,
  windows,
});
