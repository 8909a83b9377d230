/**
 * The native hash for a target: deno run -A scripts/fetch_addon.ts TARGET FILE writes it to FILE.
 *
 * `deno compile` would embed the whole package, with a library for each C library that the target's system may have; an
 * executable needs one, and what is embedded is read at every start.
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

export async function addonFor(target: string): Promise<Uint8Array<ArrayBuffer>> {
  const system = SYSTEMS[target];
  if (system === undefined) throw new Error(`There is no native hash for ${target}`);
  const version = config.imports[PACKAGE].slice(`npm:${PACKAGE}@`.length);
  return await npmFile(`${PACKAGE}-${system}`, version, `blake.${system}.node`);
}

if (import.meta.main) {
  const [target, file] = Deno.args;
  await Deno.writeFile(file!, await addonFor(target!));
}
