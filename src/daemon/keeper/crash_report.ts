/**
 * What is known of a server that died: a file in its workspace, for whoever looks into it.
 *
 * @module
 */

import { join } from "node:path";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/** What the keeper saw. */
export interface ServerDeath {
  readonly serverPid: number;
  /** `was killed by SIGSEGV`, `failed`. */
  readonly how: string;
  readonly signal: string | null;
  readonly code: number;
  readonly livedMs: number;
  /** True if it had begun to answer requests. */
  readonly wasReady: boolean;
  /** Servers that served this mount before it. */
  readonly restarts: number;
}

/** Directory of a workspace that holds the reports. */
const CRASHES = "crashes";

/** The newest so many reports are kept. */
const KEPT_REPORTS = 20;
/** Of the log's end. */
const LOG_BYTES = 16 * 1024;

/** What a kernel's release is one of. */
const SYSTEMS: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "Linux",
  darwin: "Darwin",
  windows: "Windows",
};

/** Writes a report and resolves with its path; null if there is no place for it. */
export async function writeCrashReport(
  config: DaemonConfig,
  death: ServerDeath,
): Promise<string | null> {
  const directory = join(config.workspace, CRASHES);
  const time = new Date().toISOString();
  const path = join(directory, `${time.replaceAll(":", "-")}-${death.serverPid}.json`);
  const { source, mount, version } = config;
  const log = (await endOf(config.log)).split("\n");
  const report = {
    ...{ time, version, source, mount, keeperPid: Deno.pid, ...death },
    ...{
      deno: Deno.version.deno,
      system: `${Deno.build.target}, ${
        SYSTEMS[Deno.build.os] ?? Deno.build.os
      } ${Deno.osRelease()}`,
      log,
    },
  };
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(path, JSON.stringify(report, null, 2) + "\n", { mode: 0o600 });
    await removeOld(directory);
    return path;
  } catch (error) {
    console.error(`No crash report was written to ${directory}: ${error}`);
    return null;
  }
}

async function removeOld(directory: string): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  for (const name of names.sort().slice(0, -KEPT_REPORTS)) await Deno.remove(join(directory, name));
}

/** What the server said last is there. */
async function endOf(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - LOG_BYTES), Deno.SeekMode.Start);
    const bytes = new Uint8Array(LOG_BYTES);
    return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes) ?? 0)).trimEnd();
  } catch {
    return "";
  }
}
