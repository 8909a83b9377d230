/**
 * Whether Windows' own virus scanner looks at each file that is opened in a mount.
 *
 * @module
 */

import type { Check } from "./check.ts";
import type { Registry } from "./windows_registry.ts";

const NAME = "Microsoft Defender";
const SERVICE = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinDefend";
const DISABLED = 4;
const SETTINGS = ["HKLM\\SOFTWARE\\Policies\\Microsoft", "HKLM\\SOFTWARE\\Microsoft"]
  .map((key) => `${key}\\Windows Defender`);

/** `place`: where stores are, and mounts unless they are elsewhere; null where that is not known. */
export async function defender(registry: Registry, place: string | null): Promise<Check> {
  const started = await registry.number(SERVICE, "Start");
  if (started === null) return { name: NAME, state: "ok", found: "is not installed" };
  if (started === DISABLED || await isSwitchedOff(registry)) {
    return { name: NAME, state: "ok", found: "does not look at files that are opened" };
  }
  if (place === null) return { name: NAME, state: "ok", found: "looks at files that are opened" };
  const lists = await Promise.all(
    SETTINGS.map((key) => registry.names(`${key}\\Exclusions\\Paths`)),
  );
  const excluded = lists.flatMap((names) => names ?? []);
  if (excluded.some((path) => isBelow(place, path))) {
    return { name: NAME, state: "ok", found: `leaves ${place} alone` };
  }
  const isKnown = lists.some((names) => names !== null);
  return {
    name: NAME,
    state: isKnown ? "warn" : "ok",
    found: "reads each file that is opened in a mount or a store, which makes both slower" +
      (isKnown ? "" : `; whether it leaves ${place} alone only an administrator may see`),
    fix: `In PowerShell, as administrator: Add-MpPreference -ExclusionPath '${
      place.replaceAll("'", "''")
    }'; nothing in it is scanned then`,
  };
}

async function isSwitchedOff(registry: Registry): Promise<boolean> {
  const switches = SETTINGS.flatMap((key) => [
    registry.number(key, "DisableAntiSpyware"),
    registry.number(`${key}\\Real-Time Protection`, "DisableRealtimeMonitoring"),
  ]);
  return (await Promise.all(switches)).includes(1);
}

function isBelow(path: string, folder: string): boolean {
  const [inner, outer] = [path, folder].map((text) =>
    `${text.replace(/\\+$/, "")}\\`.toLowerCase()
  );
  return inner!.startsWith(outer!);
}
