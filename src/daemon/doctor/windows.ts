/**
 * What a mount needs on Windows: WinFsp, and programs that may use long paths.
 *
 * @module
 */

import { library, type WinFsp } from "../../mount/windows/device.ts";
import { reason } from "../workspaces/workspace.ts";
import type { Check } from "./check.ts";

const INSTALL = "Install WinFsp 2.1 or newer: winget install WinFsp.WinFsp, or https://winfsp.dev";
const LONG_PATHS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem";

/** What is looked at; tests have their own. */
export interface WindowsMachine {
  /** Opens WinFsp's library. Throws where it is missing, or too old. */
  winfsp(): Pick<WinFsp, "path" | "version">;
  /** A number of the registry; null where there is none. */
  registry(key: string, name: string): Promise<number | null>;
}

export async function windowsChecks(machine: WindowsMachine = OWN): Promise<Check[]> {
  return [
    winfsp(machine),
    await longPaths(machine),
    {
      name: "drive letters",
      state: "ok",
      found: "with --mount X: only shells with the same rights (elevated or not) see it; folders " +
        "are seen by all of yours",
    },
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

async function longPaths(machine: WindowsMachine): Promise<Check> {
  const name = "long paths";
  if (await machine.registry(LONG_PATHS, "LongPathsEnabled") === 1) {
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

const OWN: WindowsMachine = {
  winfsp: library,
  registry: async (key, value) => {
    try {
      const { stdout } = await new Deno.Command("reg", {
        args: ["query", key, "/v", value],
        stderr: "null",
      }).output();
      const number = /REG_DWORD\s+(0x[0-9a-f]+)/i.exec(new TextDecoder().decode(stdout))?.[1];
      return number === undefined ? null : Number(number);
    } catch {
      return null;
    }
  },
};
