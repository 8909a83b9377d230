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
  "bpf": ["ffi"],
  "src/store": ["ffi"],
  "src/tree": ["src/store", "ffi"],
  "src/mount": ["src/tree", "src/store", "bpf", "ffi"],
  "src/history": ["src/tree", "src/store", "ffi"],
  "src/source": ["src/history", "src/tree", "src/store", "ffi"],
  "src/views": ["src/history", "src/tree", "src/store", "ffi"],
  "src/telemetry": ["src/tree", "src/store", "ffi"],
  "src/control": ["src/views", "src/history", "src/source", "src/tree", "src/store", "ffi"],
  "src/daemon": [
    "src/control",
    "src/mount",
    "src/views",
    "src/telemetry",
    "src/history",
    "src/source",
    "src/tree",
    "src/store",
    "bpf",
    "ffi",
  ],
  "src/cli": ["src/daemon", "src/control"],
  "main.ts": ["src/cli"],
  "mod.ts": ["src/daemon", "src/control"],
};

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

Deno.test("the check sees imports of every form", () => {
  const seen = (file: string) => importsOf(file).map(({ target }) => target);
  assert.ok(seen("main.ts").includes("src/cli/run.ts"));
  assert.ok(seen("src/cli/commands.ts").includes("src/cli/commands/status.ts"));
  assert.ok(seen("src/control/client.ts").includes("src/control/methods.ts"));
  assert.ok(
    seen("src/control/methods.ts").includes("src/control/methods/daemon/status.ts"),
  );
  assert.ok(seen("mod.ts").includes("src/control/service.ts"));
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

/** `src/store/x.ts` → `src/store`, `src/mount/linux/x.ts` → `src/mount`, `main.ts` → itself. */
function layerOf(file: string): string {
  const [top, folder] = file.split("/");
  return top === "src" ? `${top}/${folder}` : top!;
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
