/** What of deno.lock is in the executables, and what only tests use. */

import { join } from "node:path";
import { run } from "./run.ts";
import { TARGETS } from "./targets.ts";

/** A package of npm, as deno.lock has it. */
export interface Dependency {
  /** As deno.lock calls it: with its version, and what of its peers it was resolved with. */
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** SHA-512, in hexadecimal. */
  readonly sha512: string;
  /** Keys of what it needs. */
  readonly needs: readonly string[];
  /** In executables of some systems only. */
  readonly optional: boolean;
}

interface Lock {
  readonly specifiers: Record<string, string>;
  readonly npm: Record<string, LockedPackage>;
}

interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** The packages that the executables have in them, by key. */
export async function dependencies(root: string): Promise<Dependency[]> {
  const { specifiers, npm }: Lock = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  );
  const used = await usedImports(root, Object.keys(imports));
  const found = new Map<string, Dependency>();
  const add = (key: string) => {
    const locked = npm[key];
    if (locked === undefined) throw new Error(`deno.lock has no ${key}`);
    if (found.has(key) || !isForTargets(key, locked)) return;
    const needs = [...locked.dependencies ?? [], ...locked.optionalDependencies ?? []]
      .map((name) => keyOf(name, npm))
      .filter((need) => isForTargets(need, npm[need]!));
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
    const sha512 = hexadecimal(locked.integrity.replace(/^sha512-/, ""));
    const optional = locked.os !== undefined;
    found.set(key, { key, name: name!, version: version!, sha512, needs, optional });
    for (const need of needs) add(need);
  };
  for (const name of used) {
    const specifier = imports[name]!;
    add(`${specifier.replace(/^npm:(.+)@[^@]+$/, "$1")}@${specifiers[specifier]}`);
  }
  return [...found.values()].toSorted((a, b) => a.key < b.key ? -1 : 1);
}

/** What is imported from the program and its workers on, of these names. */
async function usedImports(root: string, names: readonly string[]): Promise<Set<string>> {
  const script = await Deno.readTextFile(join(root, "scripts/compile"));
  const workers = /^workers="(.*)"$/m.exec(script)?.[1]?.split(" ");
  if (workers === undefined) throw new Error("scripts/compile does not say what the workers are");
  const used = new Set<string>();
  for (const file of ["main.ts", ...workers.map((worker) => `src/daemon/${worker}.ts`)]) {
    const info: ModuleGraph = JSON.parse(
      await run([Deno.execPath(), "info", "--json", file], { cwd: root }),
    );
    for (const { dependencies = [] } of info.modules) {
      for (const { specifier, code } of dependencies) {
        if (code === undefined) continue;
        const owner = names.find((name) => specifier === name || specifier.startsWith(`${name}/`));
        if (owner !== undefined) used.add(owner);
      }
    }
  }
  return used;
}

/** What `deno info --json` says, as far as it is needed here. */
interface ModuleGraph {
  readonly modules: readonly {
    readonly dependencies?: readonly { readonly specifier: string; readonly code?: unknown }[];
  }[];
}

/** The key of what a package calls `name` in its dependencies: the name alone where there is one version of it. */
function keyOf(name: string, npm: Lock["npm"]): string {
  if (name in npm) return name;
  const key = Object.keys(npm).find((key) =>
    key.startsWith(`${name}@`) || key.startsWith(`${name}_`)
  );
  if (key === undefined) throw new Error(`deno.lock has no ${name}`);
  return key;
}

/** What is made for Linux runs with glibc; deno.lock does not say which C library a package is for, but for its name. */
function isForTargets(key: string, { os, cpu }: LockedPackage): boolean {
  if (/-musl@/.test(key)) return false;
  return TARGETS.some(({ npm }) =>
    (os?.includes(npm.os) ?? true) && (cpu?.includes(npm.cpu) ?? true)
  );
}

function hexadecimal(base64: string): string {
  return Array.from(atob(base64), (unit) => unit.charCodeAt(0).toString(16).padStart(2, "0")).join(
    "",
  );
}
