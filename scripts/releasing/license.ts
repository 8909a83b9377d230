import { join } from "node:path";
import type { Dependency } from "./dependencies.ts";
import { run } from "./run.ts";

/**
 * The licences of packages of npm, by key, as identifiers of SPDX: what Deno's cache has. A package for another system is not
 * in it; it is a part of the one that needs it and has its licence.
 */
export async function licenses(packages: readonly Dependency[]): Promise<Map<string, string>> {
  const { npmCache } = JSON.parse(await run([Deno.execPath(), "info", "--json"]));
  const registries = await Array.fromAsync(Deno.readDir(npmCache), ({ name }) => name);
  const found = new Map<string, string>();
  for (const { key, name, version } of packages) {
    for (const registry of registries) {
      const file = join(npmCache, registry, name, version, "package.json");
      const text = await Deno.readTextFile(file).catch(() => undefined);
      if (text !== undefined) found.set(key, JSON.parse(text).license);
    }
  }
  for (const { key, name, version, optional } of packages) {
    const whole = packages.find(({ needs }) => needs.includes(key));
    const license = found.get(key) ?? (optional && whole && found.get(whole.key));
    if (typeof license !== "string") throw new Error(`${name} ${version} does not say its licence`);
    found.set(key, license);
  }
  return found;
}
