/**
 * Mounting on macOS: by fuse-t, which is installed apart.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { FuseTError, mountSession } from "../../mount/macos/device.ts";
import { MOUNT_TYPE, mountAt } from "../../host/mounts.ts";
import { type DaemonConfig, WorkspaceError } from "../workspaces/workspace.ts";

/**
 * Before anything is a child of this process: libfuse-t sets what ends of children do. Nothing is mounted yet when it
 * resolves: that takes a server's first answer. Throws {@linkcode WorkspaceError}.
 */
// deno-lint-ignore require-await -- what it throws is to be a rejection
export async function mountProject(config: DaemonConfig) {
  try {
    const session = mountSession(binaryString(config.mount));
    if (session !== null) return session;
  } catch (cause) {
    if (!(cause instanceof FuseTError)) throw cause;
    throw new WorkspaceError("fuse_t_missing", 4, "fuse-t is not installed", {
      hint: "Install it: brew install macos-fuse-t/cask/fuse-t, or from https://www.fuse-t.org",
      cause,
    });
  }
  throw new WorkspaceError("mount_failed", 4, `Cannot mount ${config.mount}`, {
    hint:
      "fuse-t said why in ~/Library/Logs/fuse-t/fuse-t.log; agentvfs doctor checks what it needs",
  });
}

/** Longest time that fuse-t may take to mount once it has a server's first answer, ms. */
const DEADLINE_MS = 20_000;
const LOOK_MS = 20;

/** Resolves when the file system is there. Throws {@linkcode WorkspaceError} where it does not come. */
export async function untilMounted(path: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while ((await mountAt(path))?.type !== MOUNT_TYPE) {
    if (performance.now() > deadline) {
      throw new WorkspaceError("mount_failed", 4, `fuse-t does not mount ${path}`, {
        hint:
          "It said why in ~/Library/Logs/fuse-t/fuse-t.log; agentvfs doctor checks what it needs",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
