/**
 * Prints the path of the runtime that `deno compile` embeds, taken from the npm registry; for development builds where
 * Deno's own download is out of reach.
 *
 * A published executable that was itself made by `deno compile` starts with that MIT-licensed runtime, byte for byte. This
 * takes those bytes, checks them against a fixed SHA-256 and keeps them in the cache. Linux on x86_64 only.
 */

import { join } from "node:path";

const PACKAGE = { name: "@dgellow/rfc-linux-x64", version: "0.0.6", file: "bin/rfc" };
const RUNTIME_VERSION = "2.6.10";
const RUNTIME_BYTES = 92_183_912;
const RUNTIME_SHA256 = "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2";
const TARGET = "x86_64-unknown-linux-gnu";

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function deno(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (code === 0) return new TextDecoder().decode(stdout);
  throw new Error(`deno ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
}

/** The package's file in Deno's npm cache: Deno downloads it and checks the registry's own hash. */
async function packageFile(): Promise<string> {
  const { name, version, file } = PACKAGE;
  await deno("cache", "--no-config", `npm:${name}@${version}`);
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  for await (const registry of Deno.readDir(npmCache)) {
    const path = join(npmCache, registry.name, name, version, file);
    if (await Deno.stat(path).then((info) => info.isFile, () => false)) return path;
  }
  throw new Error(`npm:${name}@${version} has no ${file}`);
}

async function extract(target: string): Promise<void> {
  using source = await Deno.open(await packageFile());
  const bytes = new Uint8Array(RUNTIME_BYTES);
  for (let filled = 0; filled < bytes.length;) {
    const count = await source.read(bytes.subarray(filled));
    if (count === null) throw new Error(`npm:${PACKAGE.name} is shorter than expected`);
    filled += count;
  }
  const found = await sha256(bytes);
  if (found !== RUNTIME_SHA256) {
    throw new Error(`Checksum of the runtime is ${found}, not ${RUNTIME_SHA256}`);
  }
  const draft = `${target}.${Deno.pid}`;
  await Deno.writeFile(draft, bytes, { mode: 0o755 });
  await Deno.rename(draft, target);
}

if (Deno.build.target !== TARGET) {
  console.error(`fetch_denort: the pinned runtime is for ${TARGET}, this is ${Deno.build.target}`);
  console.error("hint: set DENORT_BIN to a denort of this system");
  Deno.exit(4);
}
const home = Deno.env.get("HOME") ?? "/tmp";
const directory = join(Deno.env.get("XDG_CACHE_HOME") || join(home, ".cache"), "agentvfs");
const target = join(directory, `denort-${RUNTIME_VERSION}-${TARGET}`);
if (!await Deno.stat(target).then((info) => info.size === RUNTIME_BYTES, () => false)) {
  await Deno.mkdir(directory, { recursive: true });
  await extract(target);
}
console.log(target);
