/**
 * What a mount needs on macOS: fuse-t, its server, and the right to look at what that mounts.
 *
 * @module
 */

import { listMounts, MOUNT_TYPE } from "../../host/mounts.ts";
import type { Check } from "./check.ts";
import type { Machine } from "./machine.ts";

const INSTALL =
  "brew install macos-fuse-t/cask/fuse-t, or the installer from https://www.fuse-t.org";
/** For all, or below the home of one user. */
const LIBRARY = "/usr/local/lib/libfuse-t.dylib";
const SERVER = "/usr/local/bin/go-nfsv4";

/** `mounts`: where fuse-t has mounted something; for tests. */
export async function macosChecks(
  machine: Machine,
  mounts: () => Promise<string[]> = ownMounts,
): Promise<Check[]> {
  return [
    await library(machine),
    await server(machine),
    await privacy(machine, await mounts()),
    {
      name: "agentvfs run",
      state: "ok",
      found: "programs start in the branch's folder; views and --confine are Linux's",
    },
  ];
}

async function ownMounts(): Promise<string[]> {
  return (await listMounts()).filter(({ type }) => type === MOUNT_TYPE).map(({ path }) => path);
}

async function library(machine: Machine): Promise<Check> {
  const found = await firstOf(machine, LIBRARY);
  if (found !== null) return { name: "fuse-t", state: "ok", found };
  const otherwise = await machine.exists("/usr/local/lib/libfuse.2.dylib");
  const isThere = otherwise ? "macFUSE is there, which agentvfs does not use" : "missing";
  return { name: "fuse-t", state: "fail", found: isThere, fix: INSTALL };
}

async function server(machine: Machine): Promise<Check> {
  const name = "go-nfsv4";
  const found = await firstOf(machine, SERVER);
  if (found !== null) return { name, state: "ok", found };
  return {
    name,
    state: "fail",
    found: "fuse-t's server is missing",
    fix: `Install fuse-t again: ${INSTALL}`,
  };
}

async function firstOf(machine: Machine, path: string): Promise<string | null> {
  const own = machine.home === null ? [] : [`${machine.home}/.fuse-t${path}`];
  for (const place of [path, ...own]) if (await machine.exists(place)) return place;
  return null;
}

/** Without that right the kernel answers that a mount may not be listed, or lists nothing of it: it never has nothing. */
async function privacy(machine: Machine, mounts: readonly string[]): Promise<Check> {
  const name = "Network Volumes";
  for (const mount of mounts) {
    if ((await machine.names(mount)).length > 0) continue;
    return {
      name,
      state: "fail",
      found: `nothing of ${mount} may be listed by this program`,
      fix: "Allow it for your terminal: System Settings, Privacy & Security, Files and Folders, " +
        "Network Volumes",
    };
  }
  const found = mounts.length === 0
    ? "not known before something is mounted"
    : "mounts may be listed";
  return { name, state: "ok", found };
}
