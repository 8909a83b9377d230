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
  "src/mount": [".", "virtual", "policy", "fuse", "recording", "dispatch"],
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
  /** Whether who loads the file loads the target, too. */
  isLoaded: boolean;
}

/** What is a system's own lies in a folder of its name, or has it in its own; these are Linux's without that. */
const SYSTEM = /(?:^|[/_])(linux|macos|windows)(?=[/_.])/;
const LINUX_ROOMS = /^(bpf|src\/views)\//;

/** They begin before anything of the host is loaded, and find nothing there on other systems. */
const READ_PROC = new Set(["main.ts", "src/cli/given_arguments.ts"]);

/** One starts a daemon in another way on Windows; what programs preload is Linux's alone. */
const KNOW_LINUX = new Set([
  "src/daemon/workspaces/spawn.ts",
  "src/daemon/telemetry/preload_socket.ts",
]);

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

Deno.test("what is for tests is loaded by tests alone", () => {
  const isForTests = (file: string) => file.includes("/testing/");
  const loading = [...sourceFiles()].flatMap(importsOf).filter(({ file, target }) =>
    !isForTests(file) && isForTests(target)
  );
  assert.deepEqual(loading.map(({ file, target }) => `${file} loads ${target}`), []);
});

Deno.test("only the host's own files, and what is Linux's alone, know which host it is", () => {
  const knowing = [...sourceFiles()].flatMap(importsOf).filter(({ file, target }) =>
    /^src\/host\/(linux|macos|windows)\//.test(target) && layerOf(file) !== "src/host" ||
    target === "src/host/errno.ts" && !file.startsWith("src/mount/")
  );
  assert.deepEqual(knowing.map(({ file, target }) => `${file} imports ${target}`), []);
});

Deno.test("who runs on one system loads nothing of another: what is common takes it by import() alone", () => {
  const mixed = [...sourceFiles()].flatMap(importsOf).filter(({ file, target, isLoaded }) =>
    isLoaded && !file.startsWith("src/host/") &&
    ![null, systemOf(file)].includes(systemOf(target))
  );
  assert.deepEqual(mixed.map(({ file, target }) => `${file} loads ${target}`), []);
});

Deno.test("what is common reads nothing that only Linux has", () => {
  const reading = [...sourceFiles()].filter((file) =>
    systemOf(file) === null && !READ_PROC.has(file) && /["'`]\/proc\//.test(codeOf(file))
  );
  assert.deepEqual(reading, []);
});

Deno.test("what is common knows no shell, and no variable that says where things are", () => {
  const words = /Command\(\s*["'`](?:\/bin\/)?(?:sh|cmd)["'`]|["'`]\/bin\/sh["'`]|/.source +
    /\.get\(["'`](?:HOME|PATH|USERPROFILE|(?:LOCAL)?APPDATA|XDG_\w+)["'`]\)/.source;
  const knowing = [...sourceFiles()].filter((file) =>
    systemOf(file) === null && !KNOW_LINUX.has(file) && new RegExp(words).test(codeOf(file))
  );
  assert.deepEqual(knowing, []);
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

Deno.test("what ARCHITECTURE.md names is there", () => {
  const text = Deno.readTextFileSync(join(ROOT, "ARCHITECTURE.md"));
  // Words in capitals stand for something.
  const named = [...text.matchAll(/`((?:src|ffi|bpf|tests|scripts)\/[\w/.]+)`/g)]
    .map(([, path]) => path!).filter((path) => !/[A-Z]/.test(path));
  assert.ok(named.length > 50, `${named.length}`);
  const isMissing = (path: string) => {
    try {
      Deno.statSync(join(ROOT, path));
      return false;
    } catch {
      return true;
    }
  };
  assert.deepEqual(named.filter(isMissing), []);
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
  const loaded = (file: string, target: string) =>
    importsOf(file).find((found) => found.target === target)?.isLoaded;
  assert.equal(loaded("main.ts", "src/cli/run.ts"), true);
  assert.equal(loaded("src/cli/commands.ts", "src/cli/commands/daemon/status.ts"), false);
  assert.equal(loaded("src/daemon/watchers/watchers.ts", "src/mount/watches.ts"), false);
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

/** The place of a file's room in its layer, above all others what is for tests; 0 where the layer has none; -1 in a folder that is no room. */
function roomOf(file: string): number {
  const layer = layerOf(file);
  const rooms = ROOMS[layer];
  if (rooms === undefined) return 0;
  const [first, ...deeper] = file.slice(layer.length + 1).split("/");
  if (first === "testing") return rooms.length;
  const named = rooms.indexOf(first!);
  return named >= 0 || deeper.length > 0 ? named : rooms.indexOf(".");
}

/** The system that a file is of; null: it is common. */
function systemOf(file: string): string | null {
  return LINUX_ROOMS.test(file) ? "linux" : SYSTEM.exec(file)?.[1] ?? null;
}

function importsOf(file: string): Import[] {
  return statementsOf(file)
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier, isLoaded }) => ({ file, target: join(dirname(file), specifier), isLoaded }));
}

/** Static and dynamic imports, re-exports, and workers' modules. */
const SPECIFIER =
  /(^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*|^\s*import\s*|\bimport\s*\(\s*|new URL\(\s*)["']([^"']+)["']/gm;

function statementsOf(file: string): { specifier: string; isLoaded: boolean }[] {
  return [...codeOf(file).matchAll(SPECIFIER)]
    .map(([, words, specifier]) => ({
      specifier: specifier!,
      isLoaded: !/^\s*(?:import|export) type\b|\($|\(\s/.test(words!),
    }))
    .filter(({ specifier }) => !/^\.\.\/\.\.\/(main\.ts|deno\.json)$/.test(specifier));
}

function specifiersOf(file: string): string[] {
  return statementsOf(file).map(({ specifier }) => specifier);
}

/** Its text without comments. */
function codeOf(file: string): string {
  return Deno.readTextFileSync(join(ROOT, file))
    .replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
