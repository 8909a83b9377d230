/**
 * What agents and package managers keep outside of a project: settings, histories, caches.
 *
 * @module
 */

import { basename, join } from "node:path";

/** Places of a program, below the home directory. */
interface AgentPlaces {
  /** Who has one of these on the path, or starts it, has the places made. None: they are made for everybody. */
  readonly programs: readonly string[];
  readonly places: readonly string[];
  /** Environment variable that names the first of the places instead. */
  readonly variable?: string;
}

const PLACES: readonly AgentPlaces[] = [
  { programs: ["claude"], places: [".claude"], variable: "CLAUDE_CONFIG_DIR" },
  { programs: ["codex"], places: [".codex"], variable: "CODEX_HOME" },
  { programs: ["gemini"], places: [".gemini"] },
  { programs: ["cursor-agent"], places: [".cursor"] },
  { programs: ["aider"], places: [".aider"] },
  {
    programs: ["opencode"],
    places: [".config/opencode", ".local/share/opencode", ".local/state/opencode"],
  },
  { programs: [], places: [".cache"], variable: "XDG_CACHE_HOME" },
  { programs: ["npm", "npx"], places: [".npm"] },
  { programs: ["cargo"], places: [".cargo"], variable: "CARGO_HOME" },
  { programs: ["rustup"], places: [".rustup"], variable: "RUSTUP_HOME" },
  { programs: ["bun"], places: [".bun"], variable: "BUN_INSTALL" },
  { programs: ["deno"], places: [".deno"], variable: "DENO_DIR" },
];

/** Directories: those that are there, and those that were made for this, for their owner alone. */
export async function agentPlaces(command: readonly string[]): Promise<string[]> {
  const home = Deno.env.get("HOME");
  if (!home || !await isDirectory(home)) return [];
  const found = await Promise.all(PLACES.map(async ({ programs, places, variable }) => {
    const named = variable === undefined ? undefined : Deno.env.get(variable);
    const paths = places.map((place, i) => i === 0 && named ? named : join(home, place));
    const isUsed = programs.length === 0 ||
      (await Promise.all(programs.map((program) => isKnown(program, command)))).includes(true);
    if (isUsed) { for (const path of paths) await make(path); }
    return paths;
  }));
  return found.flat();
}

/** True if the program is to be started, or can be found. */
export async function isKnown(
  program: string,
  [started = ""]: readonly string[],
): Promise<boolean> {
  if (basename(started) === program) return true;
  const directories = (Deno.env.get("PATH") ?? "").split(":").filter((path) => path !== "");
  const found = await Promise.all(directories.map((path) => isFile(join(path, program))));
  return found.includes(true);
}

/** Where it cannot be made the program is told so when it tries to. */
async function make(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 }).catch(() => {});
}

async function isDirectory(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}
