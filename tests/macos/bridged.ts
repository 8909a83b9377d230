/**
 * A real mount served by the code for macOS.
 *
 * @module
 */

import type { Owner } from "../../src/mount/fuse/dialect.ts";
import { withBridgeMount } from "../support/systems/bridge_mount.ts";

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
  const module = new URL("bridge_worker.ts", import.meta.url);
  return withBridgeMount(
    { system: "macos", module, begin: (fd) => ({ fd, owner, seed }) },
    ({ path }) => use(path),
  );
}
