/**
 * Imports point down the layers and never back up. ARCHITECTURE.md says why; this holds the code to it.
 */

import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A layer may import itself and those listed; everything may import what Deno has built in. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "ffi": [],
  "ffi/linux": ["ffi"],
  "ffi/macos": ["ffi"],
  "ffi/windows": ["ffi"],
  "bpf": ["ffi/linux", "ffi"],
  "src/host": ["ffi/linux", "ffi/macos", "ffi/windows", "ffi"],
  "src/store": ["src/host", "ffi"],
  "src/tree": ["src/store", "src/host", "ffi"],
  "src/telemetry": ["src/host", "ffi"],
  "src/telemetry/linux": ["src/telemetry", "src/host", "bpf", "ffi/linux", "ffi"],
  "src/policy": ["src/host", "ffi"],
  "src/filters": ["src/telemetry", "src/policy", "src/host", "ffi"],
  "src/filters/linux": ["src/filters", "src/telemetry", "src/host", "ffi/linux", "ffi"],
  "src/mount": [
    "src/filters",
    "src/policy",
    "src/telemetry",
    "src/tree",
    "src/store",
    "src/host",
    "ffi",
  ],
  "src/mount/macos": [
    "src/mount",
    "src/tree",
    "src/store",
    "src/host",
    "ffi/macos",
    "ffi",
  ],
  "src/mount/windows": [
    "src/mount",
    "src/policy",
    "src/telemetry",
    "src/tree",
    "src/store",
    "src/host",
    "ffi/windows",
    "ffi",
  ],
  "src/mount/linux": [
    "src/mount",
    "src/filters",
    "src/policy",
    "src/telemetry",
    "src/tree",
    "src/store",
    "src/host",
    "bpf",
    "ffi/linux",
    "ffi",
  ],
  "src/history": ["src/tree", "src/store", "src/host", "ffi"],
  "src/source": ["src/history", "src/tree", "src/store", "src/host", "ffi"],
  "src/apply": ["src/source", "src/history", "src/tree", "src/store", "src/host", "ffi"],
  "src/export": ["src/apply", "src/history", "src/tree", "src/store", "src/host", "ffi"],
  "src/views": ["src/history", "src/tree", "src/store", "src/host", "ffi/linux", "ffi"],
  "src/agents": [],
  "src/control": [
    "src/filters",
    "src/policy",
    "src/telemetry",
    "src/views",
    "src/apply",
    "src/history",
    "src/source",
    "src/tree",
    "src/store",
    "src/host",
    "ffi",
  ],
  "src/daemon": [
    "src/control",
    "src/agents",
    "src/mount/linux",
    "src/mount/macos",
    "src/mount/windows",
    "src/mount",
    "src/views",
    "src/export",
    "src/telemetry/linux",
    "src/telemetry",
    "src/policy",
    "src/filters/linux",
    "src/filters",
    "src/apply",
    "src/history",
    "src/source",
    "src/tree",
    "src/store",
    "src/host",
    "bpf",
    "ffi",
  ],
  "src/agents/mcp": ["src/control"],
  "src/agents/plugin": ["src/host"],
  "src/agents/integrate": ["src/agents/plugin", "src/host"],
  "src/cli": [
    "src/filters/linux",
    "src/filters",
    "src/policy",
    "src/telemetry",
    "src/agents/integrate",
    "src/agents/mcp",
    "src/agents/plugin",
    "src/daemon",
    "src/export",
    "src/control",
    "src/host",
    "ffi",
  ],
  "main.ts": ["src/cli"],
  "mod.ts": ["src/daemon", "src/control"],
};

/**
 * The rooms of a layer, lowest first: folders, or single files; `.` is the layer's own folder. A room may import itself
 * and those before it.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "src/store": [
    "format",
    "files",
    "packs",
    "index",
    "trees",
    "contents",
    "objects",
    ".",
    "verify",
  ],
  "src/tree": ["status.ts", "journal", "nodes", ".", "operations", "capture", "rollback", "replay"],
  "src/history": [
    "snapshots",
    "commits",
    "refs",
    "diff",
    ".",
    "rollback",
    "merge",
    "review",
    "project",
    "verify",
    "retention",
  ],
  "src/telemetry": ["event.ts", "level.ts", "logged_event.ts", "index", "log", "."],
  "src/mount": [".", "fuse", "recording", "dispatch"],
  "src/daemon": [
    "workspaces",
    "doctor",
    "threads",
    "adapter",
    "telemetry",
    "background",
    "fs_thread",
    "watchers",
    "events",
    "branches",
    "automatic",
    "agents",
    "filters",
    "methods",
    "keeper",
    "server",
    "runs",
    ".",
  ],
};

/** A folder with more files, not counting tests, wants walls. */
const MOST_FILES = 25;

interface Import {
  file: string;
  target: string;
}

Deno.test("imports point down the layers", () => {
  const upward = [...sourceFiles()].flatMap(importsOf).filter(({ file, target }) => {
    const [from, to] = [layerOf(file), layerOf(target)];
    return from !== to && !MAY_IMPORT[from]!.includes(to);
  });
  assert.deepEqual(upward.map(({ file, target }) => `${file} imports ${target}`), []);
});

Deno.test("imports point down the rooms of a layer", () => {
  const upward = [...sourceFiles()].flatMap(importsOf).filter(({ file, target }) =>
    layerOf(file) === layerOf(target) && roomOf(file) < roomOf(target)
  );
  assert.deepEqual(upward.map(({ file, target }) => `${file} imports ${target}`), []);
});

Deno.test("every folder of a layer with rooms is one of them", () => {
  const homeless = [...sourceFiles()].filter((file) => roomOf(file) < 0);
  assert.deepEqual(homeless, []);
});

Deno.test("only the host's own files, and what is Linux's alone, know which host it is", () => {
  const knowing = [...sourceFiles()].flatMap(importsOf).filter(({ file, target }) =>
    /^src\/host\/\w+\//.test(target) && layerOf(file) !== "src/host" ||
    target === "src/host/errno.ts" && !file.startsWith("src/mount/")
  );
  assert.deepEqual(knowing.map(({ file, target }) => `${file} imports ${target}`), []);
});

Deno.test("whoever closes a descriptor that it keeps forgets its number, which may be another file's next", () => {
  const keeping = [...sourceFiles()].flatMap((file) => {
    const text = Deno.readTextFileSync(join(ROOT, file));
    return [...text.matchAll(/\bclose\((this\.#?\w+)\)/g)]
      .filter(({ index, 1: field }) => !methodFrom(text, index).includes(`${field} = -1;`))
      .map(({ 1: field }) => `${file}: ${field}`);
  });
  assert.deepEqual(keeping, []);
});

/** The rest of the method of a class that `at` is in. */
function methodFrom(text: string, at: number): string {
  return text.slice(at, text.indexOf("\n  }\n", at));
}

Deno.test("no folder has so many files that nobody finds one", () => {
  const counts = new Map<string, number>();
  for (const file of sourceFiles()) {
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  }
  assert.deepEqual([...counts].filter(([, count]) => count > MOST_FILES), []);
});

Deno.test("no files import each other in a circle", () => {
  const targets = new Map(
    [...sourceFiles()].map((file) => [file, importsOf(file).map(({ target }) => target)]),
  );
  const done = new Set<string>();
  const visit = (file: string, above: readonly string[]): void => {
    assert.ok(!above.includes(file), `circle: ${[...above, file].join(" → ")}`);
    if (done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...above, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
});

Deno.test("the check sees imports of every form", () => {
  const seen = (file: string) => importsOf(file).map(({ target }) => target);
  assert.ok(seen("main.ts").includes("src/cli/run.ts"));
  assert.ok(seen("src/cli/commands.ts").includes("src/cli/commands/daemon/status.ts"));
  assert.ok(seen("src/control/client.ts").includes("src/control/methods.ts"));
  assert.ok(seen("mod.ts").includes("src/control/service_error.ts"));
});

Deno.test("every source file belongs to a layer", () => {
  const homeless = [...sourceFiles()].filter((file) => !(layerOf(file) in MAY_IMPORT));
  assert.deepEqual(homeless, []);
});

Deno.test("the layers themselves have no cycle", () => {
  const visit = (layer: string, above: readonly string[]): void => {
    assert.ok(!above.includes(layer), `cycle: ${[...above, layer].join(" → ")}`);
    for (const below of MAY_IMPORT[layer]!) visit(below, [...above, layer]);
  };
  for (const layer of Object.keys(MAY_IMPORT)) visit(layer, []);
});

Deno.test("imports are relative with .ts, of node:, or of what deno.json names", () => {
  const { imports } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json")));
  const strange = [...sourceFiles()].flatMap((file) =>
    specifiersOf(file)
      .filter((specifier) =>
        !/^\.\.?\/.*\.(ts|json)$/.test(specifier) && !specifier.startsWith("node:") &&
        !Object.hasOwn(imports, specifier)
      )
      .map((specifier) => `${file} imports ${specifier}`)
  );
  assert.deepEqual(strange, []);
});

function* sourceFiles(directory = ROOT): Generator<string> {
  for (const entry of Deno.readDirSync(directory)) {
    const path = join(directory, entry.name);
    const name = relative(ROOT, path);
    if (entry.isDirectory) {
      if (/^(src|ffi|bpf)(\/|$)/.test(name)) yield* sourceFiles(path);
    } else if (/\.ts$/.test(name) && !/_test\.ts$/.test(name)) {
      if (name.includes("/") || name === "main.ts" || name === "mod.ts") yield name;
    }
  }
}

/** The longest layer that a file lies in: `src/store/packs/x.ts` → `src/store`, `main.ts` → itself. */
function layerOf(file: string): string {
  let layer = file;
  while (!Object.hasOwn(MAY_IMPORT, layer) && layer.includes("/")) layer = dirname(layer);
  return layer;
}

/** The place of a file's room in its layer, 0 where the layer has none; -1 in a folder that is no room. */
function roomOf(file: string): number {
  const layer = layerOf(file);
  const rooms = ROOMS[layer];
  if (rooms === undefined) return 0;
  const [first, ...deeper] = file.slice(layer.length + 1).split("/");
  const named = rooms.indexOf(first!);
  return named >= 0 || deeper.length > 0 ? named : rooms.indexOf(".");
}

function importsOf(file: string): Import[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => ({ file, target: join(dirname(file), specifier) }));
}

/** Static and dynamic imports, re-exports, and workers' modules. */
const SPECIFIER =
  /(?:^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*|^\s*import\s*|\bimport\s*\(\s*|new URL\(\s*)["']([^"']+)["']/gm;

function specifiersOf(file: string): string[] {
  const text = Deno.readTextFileSync(join(ROOT, file))
    .replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...text.matchAll(SPECIFIER)].map((match) => match[1]!)
    .filter((specifier) => !/^\.\.\/\.\.\/(main\.ts|deno\.json)$/.test(specifier));
}
