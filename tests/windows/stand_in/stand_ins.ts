/**
 * What takes the places of Windows and WinFsp on this machine: a library in C, and a configuration by which each module of
 * Windows' host layer is Linux's.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { succeed } from "../../support/process.ts";

const ROOT = new URL("../../../", import.meta.url);
const SOURCE = fileURLToPath(new URL("../wine/winfsp_stand_in.c", import.meta.url));

/** These do nothing that Linux' do. */
const OWN = new Set(["dead_mount.ts", "mount_users.ts"]);

/** These have something to add. */
const OTHERS = [
  ["src/host/windows/peers.ts", "peers.ts"],
  ["src/daemon/workspaces/start_windows.ts", "start_pretending.ts"],
] as const;

export interface StandIns {
  readonly env: Record<string, string>;
  readonly config: string;
  /** Says at which port the driver's side listens. */
  readonly door: string;
}

/** Makes them in `directory`. */
export async function makeStandIns(directory: string): Promise<StandIns> {
  const [library, config, door] = ["winfsp.so", "deno.json", "door"].map((name) =>
    `${directory}/${name}`
  ) as [string, string, string];
  await succeed([
    ...["cc", "-shared", "-fPIC", "-O1", "-Wall", "-fvisibility=hidden"],
    ...["-o", library, SOURCE],
  ]);
  const { imports, compilerOptions } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  for (const folder of ["", "cell/"]) {
    for await (const { name } of Deno.readDir(new URL(`src/host/windows/${folder}`, ROOT))) {
      if (OWN.has(name) || !name.endsWith(".ts")) continue;
      imports[new URL(`src/host/windows/${folder}${name}`, ROOT).href] =
        new URL(`src/host/linux/${folder}${name}`, ROOT).href;
    }
  }
  for (const [module, name] of OTHERS) {
    imports[new URL(module, ROOT).href] = new URL(name, import.meta.url).href;
  }
  await Deno.writeTextFile(
    config,
    JSON.stringify({ imports, compilerOptions, nodeModulesDir: "none", lock: false }),
  );
  const env = {
    AGENTVFS_STAND_IN: library,
    AGENTVFS_WINFSP: library,
    AGENTVFS_STAND_IN_CONFIG: config,
    AGENTVFS_STAND_IN_DOOR: door,
  };
  return { env, config, door };
}

/** The command that runs the program so. */
export function pretendingCommand({ config }: StandIns): string[] {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  return [Deno.execPath(), "run", "-A", "--quiet", "--no-check", `--config=${config}`, main];
}
