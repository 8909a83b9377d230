/**
 * What is mounted where. Light: clients load it at each start.
 *
 * @module
 */

import * as linux from "./linux/mounts.ts";
import * as macos from "./macos/mounts.ts";
import * as windows from "./windows/mounts.ts";
import { pick } from "./pick.ts";

export type { Mount } from "./linux/mounts.ts";

export const { freeDrive, innerPath, isWithin, keptMounts, listMounts, MOUNT_TYPE, mountAt } = pick<
  Omit<typeof linux, "keepers" | "parseMountinfo">
>(
  linux,
  { macos, windows },
);

/** Whether a mount's folder is made by mounting there, and goes with it: on Windows. Elsewhere it has to be there before. */
export const MAKES_MOUNTPOINT = Deno.build.os === "windows";

/** Whether a mount is told which user and program asks: macOS's client of NFS asks for all, and does not say for whom. */
export const TELLS_CALLERS = Deno.build.os !== "darwin";

/** Whether a process can have a view of its own, by which the daemon knows its branch. Elsewhere a run is told its branch. */
export const HAS_VIEWS = Deno.build.os === "linux";

/** Whether programs can be had to hold to rules outside the mount, by a library that they preload. */
export const CAN_PRELOAD = Deno.build.os === "linux";

/** Whether processes have cgroups, by which they can see branches. */
export const HAS_CGROUPS = Deno.build.os === "linux";

/** Whether what a program reads from a file that it has written to is what it wrote, as macOS's client of NFS has it. */
export const KEEPS_WRITTEN = Deno.build.os === "darwin";
/** Whether a mount is a volume of Windows: it is asked for each opening, users have no numbers there, and there are no sessions. */
export const IS_VOLUME = Deno.build.os === "windows";
