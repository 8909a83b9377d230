import { join } from "node:path";

/** A file of a package of npm, from Deno's cache: Deno downloads it and checks the registry's own hash. */
export async function npmFile(
  name: string,
  version: string,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  await deno("cache", "--no-config", `npm:${name}@${version}`);
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  for await (const registry of Deno.readDir(npmCache)) {
    const path = join(npmCache, registry.name, name, version, file);
    if (await Deno.stat(path).then((info) => info.isFile, () => false)) return Deno.readFile(path);
  }
  throw new Error(`npm:${name}@${version} has no ${file}`);
}

async function deno(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (code === 0) return new TextDecoder().decode(stdout);
  throw new Error(`deno ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
}
