/**
 * Mounting on Linux: with libfuse3, as root or by fusermount3.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { LibfuseError, type LibfuseSession, mountSession } from "../../mount/linux/device.ts";
import { type DaemonConfig, WorkspaceError } from "../workspaces/workspace.ts";

/** Throws {@linkcode WorkspaceError}. */
export async function mountProject(config: DaemonConfig): Promise<LibfuseSession> {
  await checkDevice();
  const options = ["fsname=agentvfs", "subtype=agentvfs", "default_permissions", "noatime"];
  if (config.allowOther) options.push("allow_other");
  let session: LibfuseSession | null;
  try {
    session = mountSession(binaryString(config.mount), options);
  } catch (cause) {
    if (!(cause instanceof LibfuseError)) throw cause;
    throw new WorkspaceError("libfuse_missing", 4, "libfuse3 is not installed", {
      hint: "Install it: sudo apt-get install libfuse3-3 fuse3",
      cause,
    });
  }
  if (session !== null) return session;
  throw new WorkspaceError("mount_failed", 4, `Cannot mount ${config.mount}`, {
    hint: config.allowOther && Deno.uid() !== 0
      ? "--allow-other needs the line user_allow_other in /etc/fuse.conf"
      : "agentvfs doctor checks what a mount needs",
  });
}

async function checkDevice(): Promise<void> {
  try {
    (await Deno.open("/dev/fuse", { read: true, write: true })).close();
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new WorkspaceError(
      "no_fuse_device",
      4,
      missing ? "/dev/fuse does not exist" : "/dev/fuse cannot be opened by this user",
      {
        hint: missing ? "Load it: sudo modprobe fuse" : "Allow it: sudo chmod 666 /dev/fuse",
        cause,
      },
    );
  }
}

/** It is there when the keeper has the device. */
export function untilMounted(_path: string): Promise<void> {
  return Promise.resolve();
}
