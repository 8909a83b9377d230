/**
 * Programs that people watch their projects with, the real ones: whether each hears of everything that a rollback changes.
 *
 * They are installed, with npm and pip, into a temporary directory, or into the one that `--tools` names, where they are found
 * the next time. `--paths 1,100,5000`: how many files are changed. `--only chokidar,tsc`: these programs.
 *
 * @module
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { succeed } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { eventWatcher } from "./event_watchers.ts";
import { tscWatcher } from "./tsc_watcher.ts";
import { viteWatcher } from "./vite_watcher.ts";

const INSTALL_DEADLINE_MS = 300_000;

/** Each returns how long the rollback took, ms; throws if the program was not told. */
type Watcher = (count: number) => Promise<number>;

const { values } = parseArgs({
  options: {
    paths: { type: "string", default: "1,100,5000" },
    only: { type: "string" },
    tools: { type: "string" },
  },
});

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Installs what is not there. Returns the programs. */
async function install(tools: string): Promise<Record<string, Watcher>> {
  const modules = join(tools, "node_modules");
  const python = join(tools, "python", "bin", "python3");
  const deadlineMs = INSTALL_DEADLINE_MS;
  if (!await isThere(modules)) {
    await Deno.writeTextFile(join(tools, "package.json"), '{ "private": true }');
    const packages = ["chokidar", "typescript@5", "vite"];
    await succeed(["npm", "install", "--no-audit", "--no-fund", ...packages], {
      cwd: tools,
      deadlineMs,
    });
  }
  if (!await isThere(python)) {
    await succeed(["python3", "-m", "venv", join(tools, "python")], { deadlineMs });
    await succeed([python, "-m", "pip", "install", "--quiet", "watchdog"], { deadlineMs });
  }
  const chokidar = ["node", scriptPath(import.meta.url, "chokidar_watcher.mjs")];
  const module = join(modules, "chokidar", "index.js");
  const watchdog = scriptPath(import.meta.url, "watchdog_watcher.py");
  return {
    chokidar: (count) => eventWatcher([...chokidar, module], count),
    watchdog: (count) => eventWatcher([python, watchdog], count),
    tsc: (count) => tscWatcher(["node", join(modules, "typescript", "bin", "tsc")], count),
    vite: (count) => viteWatcher(["node", join(modules, "vite", "bin", "vite.js")], count),
  };
}

async function main(tools: string): Promise<boolean> {
  await Deno.mkdir(tools, { recursive: true });
  const watchers = await install(tools);
  const names = values.only?.split(",") ?? Object.keys(watchers);
  let isWell = true;
  for (const name of names) {
    const watcher = watchers[name];
    if (watcher === undefined) throw new Error(`There is no watcher ${name}`);
    for (const count of values.paths.split(",").map(Number)) {
      try {
        const ms = await watcher(count);
        console.log(`${name}: told of ${count} paths; the rollback took ${Math.round(ms)} ms`);
      } catch (error) {
        isWell = false;
        console.error(`${name}, ${count} paths: ${(error as Error).stack}`);
      }
    }
  }
  return isWell;
}

const own = values.tools === undefined
  ? await Deno.makeTempDir({ prefix: "agentvfs-watchers-" })
  : null;
try {
  Deno.exitCode = await main(own ?? values.tools!) ? 0 : 1;
} finally {
  if (own !== null) await Deno.remove(own, { recursive: true });
}
