/**
 * Where the installer put this program (scripts/install.sh, install.ps1 on Windows), and what it put beside it.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { isWithin } from "../host/mounts.ts";
import { shellWord } from "../host/shell_word.ts";
import { CommandError } from "./command_error.ts";

/** Other names of the program: what they do is in `run.ts`. */
const LINKS = ["agentvfs-ctl", "agentvfs-quickstart"];

export interface Installation {
  /** The directory that has `bin` and `share`. */
  readonly prefix: string;
  readonly program: string;
  /** The installer, as it came with the program. */
  readonly installer: string;
  /** Where that came from: a directory or a URL. */
  readonly from: string;
  /** A program of Windows, which does not let one take itself away. */
  readonly isWindows: boolean;
}

export interface Upgrade {
  /** A directory or a URL. */
  readonly from: string;
  /** Undefined: the newest that is there. */
  readonly version: string | undefined;
  /** What is mounted is served by it at once. */
  readonly restart: boolean;
}

/** Throws where the program came in another way: then it goes and is brought up to date in that way, too. */
export async function installation(program = Deno.execPath()): Promise<Installation> {
  const prefix = dirname(dirname(program));
  const share = join(prefix, "share/agentvfs");
  const isWindows = basename(program).toLowerCase() === "agentvfs.exe";
  const installer = join(share, isWindows ? "install.ps1" : "install.sh");
  const isOurs = (isWindows || basename(program) === "agentvfs") &&
    basename(dirname(program)) === "bin";
  if (!isOurs || !await isThere(installer)) {
    const message = `This agentvfs was not installed by its installer: ${program}`;
    throw new CommandError("not_installed", 1, message, {
      hint:
        "What a package manager brought it brings up to date and takes away: see docs/install.md",
    });
  }
  const from = await Deno.readTextFile(join(share, "from")).catch(() => "");
  return { prefix, program, installer, from: from.trim(), isWindows };
}

/** The command line that installs another release in the place of this one. */
export function upgradeCommand(
  { prefix, installer, isWindows }: Installation,
  { from, version, restart }: Upgrade,
): [string, ...string[]] {
  const option = (name: string) =>
    isWindows ? `-${name[0]!.toUpperCase()}${name.slice(1)}` : `--${name}`;
  const options = [
    ...[option("prefix"), prefix, option("from"), from],
    ...version === undefined ? [] : [option("version"), version],
    ...restart ? [option("restart")] : [],
  ];
  return isWindows ? [...POWERSHELL, installer, ...options] : ["sh", installer, ...options];
}

/** Scripts are run, whatever the person lets others do. */
const POWERSHELL = ["powershell", "-NoProfile", "-ExecutionPolicy", "Bypass", "-File"] as const;

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Throws where the installer has to take the program away, since that cannot do it itself. */
export function checkRemovable({ isWindows, installer, prefix }: Installation): void {
  if (!isWindows) return;
  const line = [...POWERSHELL, shellWord(installer), "-Uninstall", "-Prefix", shellWord(prefix)];
  const message = "Windows lets no program take itself away";
  throw new CommandError("not_removable", 1, message, {
    hint: `Its installer does: ${line.join(" ")}`,
  });
}

/** Takes away what the installer made. Returns the paths that are gone, the program last. */
export async function removeInstallation({ prefix, program }: Installation): Promise<string[]> {
  const removed: string[] = [];
  for (const name of LINKS) {
    const link = join(prefix, "bin", name);
    if (await Deno.readLink(link).catch(() => null) !== "agentvfs") continue;
    await Deno.remove(link);
    removed.push(link);
  }
  const share = join(prefix, "share/agentvfs");
  const files = await Deno.readTextFile(join(share, "files")).catch(() => "");
  for (const file of files.split("\n").filter((line) => line !== "")) {
    const path = join(prefix, file);
    if (!isWithin(path, prefix) || !await isThere(path)) continue;
    await Deno.remove(path);
    removed.push(path);
  }
  await Deno.remove(share, { recursive: true });
  await Deno.remove(program);
  return [...removed, share, program];
}
