/**
 * Programs on this machine that do not see a mount, or changes in it, unless they are told something.
 *
 * @module
 */

import { join } from "node:path";
import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

export async function watchingPrograms(machine: Machine): Promise<Check[]> {
  const checks = await Promise.all([
    zed(machine),
    jetBrains(machine),
    git(machine),
    snaps(machine),
  ]);
  return [...checks, await flatpaks(machine), await docker(machine)]
    .filter((check) => check !== null);
}

function said(found: string, fix: string): Check {
  return { name: "programs", state: "warn", found, fix };
}

/** Zed looks every two seconds on any FUSE mount, unless it is told to watch. */
async function zed(machine: Machine): Promise<Check | null> {
  if (machine.environment.ZED_FILE_WATCHER_MODE === "native") return null;
  const found = [...await machine.programs("zed"), ...await machine.programs("zeditor")];
  if (found.length === 0) return null;
  return said(
    "Zed looks for changes on a mount every two seconds instead of watching",
    "Start it with ZED_FILE_WATCHER_MODE=native zed",
  );
}

/** Their fsnotifier skips every mount whose type begins with `fuse`. */
async function jetBrains(machine: Machine): Promise<Check | null> {
  const { home } = machine;
  if (home === null || (await machine.names(join(home, ".config/JetBrains"))).length === 0) {
    return null;
  }
  return said(
    "JetBrains IDEs do not watch a mount of FUSE",
    "After a rollback: File, Reload All from Disk",
  );
}

/** git refuses its own file system monitor on FUSE, and then is only slower. */
async function git(machine: Machine): Promise<Check | null> {
  const { home } = machine;
  if (home === null) return null;
  const files = [".gitconfig", ".config/git/config"].map((name) => machine.text(join(home, name)));
  const text = (await Promise.all(files)).join("\n");
  if (!/^\s*fsmonitor\s*=\s*true\s*$/mi.test(text)) return null;
  if (/^\s*allowRemote\s*=\s*true\s*$/mi.test(text)) return null;
  return said(
    "git's fsmonitor is on, and git does not use it on a mount of FUSE",
    "git config --global fsmonitor.allowRemote true",
  );
}

/** Editors that people open projects with. */
const EDITORS =
  /^(code|code-insiders|codium|cursor|sublime-text|intellij-idea.*|pycharm.*|webstorm)$/;

/** The `home` interface hides what begins with a dot; classic snaps see everything. */
async function snaps(machine: Machine): Promise<Check | null> {
  const found: string[] = [];
  for (const name of await machine.names("/snap")) {
    if (!EDITORS.test(name)) continue;
    const about = await machine.text(`/snap/${name}/current/meta/snap.yaml`) ?? "";
    if (!/^confinement:\s*classic\s*$/m.test(about)) found.push(name);
  }
  if (found.length === 0) return null;
  return said(
    `from snap, and so blind to directories below your home that begin with a dot: ${found}`,
    "agentvfs quickstart DIR --mount ~/NAME",
  );
}

const APPLICATION =
  /^(com\.visualstudio\.code|com\.vscodium\.codium|dev\.zed\.Zed|com\.jetbrains\..*|com\.sublimetext\..*|org\.gnome\.Builder)$/;

async function flatpaks(machine: Machine): Promise<Check | null> {
  const places = ["/var/lib/flatpak/app"];
  if (machine.home !== null) places.push(join(machine.home, ".local/share/flatpak/app"));
  const names = (await Promise.all(places.map((place) => machine.names(place)))).flat();
  const [first] = names.filter((name) => APPLICATION.test(name));
  if (first === undefined) return null;
  return said(
    `${first} is from flatpak and sees only what it is given`,
    `flatpak override --user --filesystem=DIR ${first}, where DIR is the mount`,
  );
}

/** Docker's daemon is another user, and to others a mount of FUSE is closed. */
async function docker(machine: Machine): Promise<Check | null> {
  if (machine.uid === 0 || !await machine.exists("/var/run/docker.sock")) return null;
  return {
    name: "programs",
    state: "ok",
    found: "Docker can bind a mount into a container only if it is made with --allow-other",
  };
}
