/**
 * Whether the clock is where it can be: times of checkpoints are its, and tools compare times of files.
 *
 * @module
 */

import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Before this program was written. */
const EARLIEST = Date.parse("2026-01-01");

/** @param state what was recorded last, there, was not recorded in the future */
export async function clock(machine: Machine, state: string, now: number): Promise<Check | null> {
  const name = "clock";
  const fix = machine.asRoot("timedatectl set-ntp true");
  const shown = new Date(now).toISOString().slice(0, 10);
  if (now < EARLIEST) {
    return { name, state: "warn", found: `it says ${shown}, which is long ago`, fix };
  }
  for (const workspace of await machine.names(`${state}/workspaces`)) {
    const info = await machine.stat(`${state}/workspaces/${workspace}/daemon.log`);
    const written = info?.mtime?.getTime() ?? 0;
    if (written - now < DAY_MS) continue;
    const day = new Date(written).toISOString().slice(0, 10);
    const found = `it says ${shown}, and a daemon wrote to its log on ${day}`;
    return { name, state: "warn", found, fix };
  }
  return null;
}
