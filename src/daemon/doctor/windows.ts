/**
 * What a mount needs on Windows: WinFsp, and programs that may use long paths; and what makes it less than it could be.
 *
 * @module
 */

import { isElevated, library, type WinFsp } from "../../mount/windows/device.ts";
import { reason, stateRoot } from "../workspaces/workspace.ts";
import type { Check } from "./check.ts";
import { defender } from "./defender.ts";
import { type Registry, registry } from "./windows_registry.ts";

const INSTALL = "Install WinFsp 2.1 or newer: winget install WinFsp.WinFsp, or https://winfsp.dev";
const LONG_PATHS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem";

/** What is looked at; tests have their own. */
export interface WindowsMachine {
  /** Opens WinFsp's library. Throws where it is missing, or too old. */
  winfsp(): Pick<WinFsp, "path" | "version">;
  readonly registry: Registry;
  /** An administrator's rights are in force. */
  isElevated(): boolean;
  /** Where stores are; null where that is not known. */
  readonly place: string | null;
}

export async function windowsChecks(machine: WindowsMachine): Promise<Check[]> {
  return [
    winfsp(machine),
    await longPaths(machine),
    letters(machine),
    await defender(machine.registry, machine.place),
    {
      name: "agentvfs run",
      state: "ok",
      found: "programs start in the branch's folder; views and --confine are Linux's",
    },
  ];
}

/** It is another's work, under a licence that wants it named. */
function winfsp(machine: WindowsMachine): Check {
  const name = "WinFsp";
  try {
    const { path, version: { major, minor } } = machine.winfsp();
    const found =
      `${major}.${minor} at ${path} (WinFsp - Windows File System Proxy, Copyright (C) ` +
      "Bill Zissimopoulos, https://github.com/winfsp/winfsp)";
    return { name, state: "ok", found };
  } catch (error) {
    return { name, state: "fail", found: reason(error).split(":")[0]!, fix: INSTALL };
  }
}

/** Letters belong to a logon, and who is elevated has another. */
function letters(machine: WindowsMachine): Check {
  const [own, others] = machine.isElevated() ? ["elevated", "normal"] : ["normal", "elevated"];
  return {
    name: "drive letters",
    state: "ok",
    found: `this shell is ${own}: with --mount X: its mount is not seen by ${others} ones; ` +
      "folders are seen by all of yours",
  };
}

async function longPaths(machine: WindowsMachine): Promise<Check> {
  const name = "long paths";
  if (await machine.registry.number(LONG_PATHS, "LongPathsEnabled") === 1) {
    return { name, state: "ok", found: "programs may use paths of more than 260 characters" };
  }
  return {
    name,
    state: "warn",
    found:
      "many programs cannot open paths of more than 260 characters, and a mount's are longer " +
      "than the project's",
    fix: `As administrator: reg add ${LONG_PATHS} /v LongPathsEnabled /t REG_DWORD /d 1 /f; or ` +
      "mount at a short place, as --mount W:",
  };
}

/** The machine that this runs on. */
export function ownWindows(): WindowsMachine {
  return { winfsp: library, registry: registry(), isElevated, place: knownPlace() };
}

/** Null where there is none: another check tells. */
function knownPlace(): string | null {
  try {
    return stateRoot();
  } catch {
    return null;
  }
}
