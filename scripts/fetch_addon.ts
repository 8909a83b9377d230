/**
 * The native hash for a target: deno run -A scripts/fetch_addon.ts TARGET DIRECTORY writes it there and prints its name.
 *
 * `deno compile` would embed the whole package, with a library for each C library that the target's system may have; an
 * executable needs one, and what is embedded is read at every start. So it is compressed, too, where it is not loaded from
 * its file (src/host/linux/addon.ts).
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { npmFile } from "./npm_file.ts";

const PACKAGE = "@napi-rs/blake-hash";

/** What the package calls the targets that executables are made for. */
const SYSTEMS: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "linux-x64-gnu",
  "aarch64-unknown-linux-gnu": "linux-arm64-gnu",
  "x86_64-apple-darwin": "darwin-x64",
  "aarch64-apple-darwin": "darwin-arm64",
  "x86_64-pc-windows-msvc": "win32-x64-msvc",
};

export interface EmbeddedAddon {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export async function addonFor(target: string): Promise<EmbeddedAddon> {
  const system = SYSTEMS[target];
  if (system === undefined) throw new Error(`There is no native hash for ${target}`);
  const version = config.imports[PACKAGE].slice(`npm:${PACKAGE}@`.length);
  const bytes = await npmFile(`${PACKAGE}-${system}`, version, `blake.${system}.node`);
  return system.startsWith("linux")
    ? { name: "blake3.node.gz", bytes: await compressed(bytes) }
    : { name: "blake3.node", bytes };
}

function compressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")))
    .bytes();
}

if (import.meta.main) {
  const [target, directory] = Deno.args;
  const { name, bytes } = await addonFor(target!);
  await Deno.writeFile(`${directory}/${name}`, bytes);
  console.log(name);
}
