/**
 * A real mount served by the code for macOS.
 *
 * @module
 */

import { binaryString } from "../../ffi/binary_string.ts";
import { mountSession } from "../../ffi/linux/libfuse3.ts";
import type { Owner } from "../../src/mount/fuse/dialect.ts";
import { unmount } from "../../src/host/unmount.ts";
import { withTemporary } from "../support/temporary.ts";

interface Said {
  readonly isReady?: boolean;
  readonly ended?: boolean;
  readonly failed?: string;
}

export interface BridgedOptions {
  /** Whose all files are shown to be. */
  readonly owner?: Owner;
  /** Of the places where the stream is cut. */
  readonly seed?: number;
}

/** Runs `use` with the path of a mount whose tree is empty. Fails if the adapter does. */
export function withBridged(
  use: (path: string) => Promise<void>,
  { owner = { uid: Deno.uid()!, gid: Deno.gid()! }, seed = 1 }: BridgedOptions = {},
): Promise<void> {
  return withTemporary(async (directory) => {
    await Deno.chmod(directory, 0o755);
    const path = `${directory}/mount`;
    await Deno.mkdir(path);
    const worker = new Worker(new URL("bridge_worker.ts", import.meta.url), { type: "module" });
    let failed: string | null = null;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.isReady) return isReady();
      failed = data.failed ?? null;
      end();
    };
    await ready;
    const session = mountSession(binaryString(path), [
      "fsname=agentvfs-bridge",
      "subtype=agentvfs",
      "default_permissions",
      "allow_other",
    ]);
    if (session === null) throw new Error("Cannot mount");
    worker.postMessage({ fd: session.fd, owner, seed });
    try {
      await use(path);
    } finally {
      await unmount(path, true);
      await ended;
      worker.terminate();
    }
    if (failed !== null) throw new Error(failed);
  });
}
