/**
 * Makes few files of the many that are loaded together: deno run -A scripts/join_chunks.ts DIRECTORY PROGRAM COMMAND…
 *
 * A bundler that splits makes a chunk of what the same entries need: there are dozens of a few lines each on the way of
 * one command, and every one is looked up, parsed and linked at every start. Here DIRECTORY has what `deno bundle
 * --code-splitting` made, PROGRAM and COMMANDs are files in it. All that PROGRAM imports, or more than one COMMAND, becomes
 * `base.js`; the rest of what a COMMAND imports becomes part of it. What else imports any of it imports those files.
 *
 * @module
 */

import { dirname, join, relative } from "node:path";
import { lazyRequire } from "./lazy_require.ts";

const BASE = "base.js";
/** The forms in which a bundle names other files of it. */
const STATIC = /import\s*(?:\{([^{}"]*)\}\s*from\s*)?"(\.{1,2}\/[^"]+\.js)";?/g;
const DYNAMIC = /import\("(\.{1,2}\/[^"]+\.js)"\)/g;
const EXPORTS = /export\s*\{([^{}]*)\};?\s*$/;
/** Stands for files that are not bundled again. */
const OUTSIDE = "outside:";

/** Joins what is in `directory`; `minify` as it was made. */
export function joinChunks(
  directory: string,
  program: string,
  commands: readonly string[],
  minify: boolean,
): void {
  const chunks = new Chunks(directory);
  const needs = commands.map((command) => chunks.needsOf(command));
  const base = chunks.needsOf(program);
  base.delete(program);
  for (const [i, some] of needs.entries()) {
    for (const file of some) if (needs.some((more, k) => k !== i && more.has(file))) base.add(file);
  }
  chunks.join(BASE, base, minify);
  for (const command of commands) {
    const own = chunks.needsOf(command);
    own.delete(BASE);
    chunks.join(command, own, minify);
  }
}

/** The files of a bundle by their paths in its directory. */
class Chunks {
  readonly #texts = new Map<string, string>();

  constructor(readonly directory: string) {
    for (const path of scriptsIn(directory)) {
      this.#texts.set(path, lazyRequire(Deno.readTextFileSync(join(directory, path))));
      this.#write(path);
    }
  }

  /** A file and all that it imports statically. */
  needsOf(path: string, seen: Set<string> = new Set()): Set<string> {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const [, , to] of this.#textOf(path).matchAll(STATIC)) {
      this.needsOf(resolve(path, to!), seen);
    }
    return seen;
  }

  /** Makes `members` one file, `out`, which may be one of them: then it keeps its exports. */
  join(out: string, members: ReadonlySet<string>, minify: boolean): void {
    const prefixes = new Map([...members].map((path, i) => [path, path === out ? "" : `$${i}`]));
    const text = this.#bundle(out, prefixes, minify);
    for (const path of members) {
      this.#texts.delete(path);
      Deno.removeSync(join(this.directory, path));
    }
    for (const [path, before] of this.#texts) {
      const after = importJoined(path, before, out, prefixes);
      if (after === before) continue;
      this.#texts.set(path, after);
      this.#write(path);
    }
    this.#texts.set(out, text);
    this.#write(out);
  }

  #bundle(out: string, prefixes: ReadonlyMap<string, string>, minify: boolean): string {
    const work = Deno.makeTempDirSync();
    try {
      const entry: string[] = [];
      for (const [path, prefix] of prefixes) {
        const text = this.#textOf(path);
        const names = exportsOf(text).map((name) => `${name} as ${prefix}${name}`);
        entry.push(`export { ${names} } from "./${path}";`);
        Deno.mkdirSync(dirname(join(work, path)), { recursive: true });
        Deno.writeTextFileSync(join(work, path), nameOutside(path, text, prefixes));
      }
      Deno.writeTextFileSync(join(work, "entry.js"), entry.join("\n"));
      const args = ["bundle", "--no-config", "--quiet", ...minify ? ["--minify"] : []];
      const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
        args: [...args, "--external", `${OUTSIDE}*`, join(work, "entry.js")],
      }).outputSync();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
      const text = lazyRequire(new TextDecoder().decode(stdout));
      return text.replaceAll(
        new RegExp(`"${OUTSIDE}([^"]+)"`, "g"),
        (_, to) => `"${nameFrom(out, to)}"`,
      );
    } finally {
      Deno.removeSync(work, { recursive: true });
    }
  }

  #textOf(path: string): string {
    const text = this.#texts.get(path);
    if (text === undefined) throw new Error(`The bundle has no ${path}`);
    return text;
  }

  #write(path: string): void {
    Deno.writeTextFileSync(join(this.directory, path), this.#textOf(path));
  }
}

function scriptsIn(directory: string, below = ""): string[] {
  return [...Deno.readDirSync(join(directory, below))].flatMap(({ name, isDirectory }) => {
    const path = below === "" ? name : `${below}/${name}`;
    return isDirectory ? scriptsIn(directory, path) : name.endsWith(".js") ? [path] : [];
  });
}

function exportsOf(text: string): string[] {
  const list = EXPORTS.exec(text)?.[1] ?? "";
  return pairsOf(list).map(([, name]) => name);
}

/** `a as b, c` as pairs of what a thing is called before and after `as`. */
function pairsOf(list: string): [string, string][] {
  return list.split(",").map((item) => item.trim()).filter((item) => item !== "").map((item) => {
    const [name, as] = item.split(/\s+as\s+/);
    return [name!, as ?? name!];
  });
}

/** What is joined keeps how it names what is joined with it. */
function nameOutside(path: string, text: string, joined: ReadonlyMap<string, string>): string {
  return text
    .replace(
      STATIC,
      (all, _, to: string) =>
        joined.has(resolve(path, to)) ? all : all.replace(to, `${OUTSIDE}${resolve(path, to)}`),
    )
    .replace(DYNAMIC, (_, to: string) => `import("${OUTSIDE}${resolve(path, to)}")`);
}

/** The text of `path` with one import of `out` in the place of those of what it was made of. */
function importJoined(
  path: string,
  text: string,
  out: string,
  joined: ReadonlyMap<string, string>,
): string {
  const names: string[] = [];
  let found = false;
  const rest = text.replace(STATIC, (all, list: string | undefined, to: string) => {
    const prefix = joined.get(resolve(path, to));
    if (prefix === undefined) return all;
    found = true;
    names.push(...pairsOf(list ?? "").map(([name, as]) => `${prefix}${name} as ${as}`));
    return "";
  });
  if (!found) return text;
  return `import{${names}}from"${nameFrom(path, out)}";${rest}`;
}

function resolve(from: string, to: string): string {
  return join(dirname(from), to);
}

function nameFrom(path: string, to: string): string {
  const name = relative(dirname(path), to);
  return name.startsWith(".") ? name : `./${name}`;
}

if (import.meta.main) {
  const [directory, program, ...commands] = Deno.args.filter((arg) => arg !== "--minify");
  joinChunks(directory!, program!, commands, Deno.args.includes("--minify"));
}
