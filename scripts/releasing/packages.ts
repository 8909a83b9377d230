/**
 * Makes packages of a release, all from its VERSION and SHA256SUMS:
 *
 * ```sh
 * deno task packages --url https://host/agentvfs/0.1.0
 * ```
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { containerfile } from "./packages/container.ts";
import { devcontainerFeature } from "./packages/devcontainer.ts";
import { githubAction } from "./packages/github_action.ts";
import { homebrewFormula } from "./packages/homebrew.ts";
import { readPublished } from "./packages/published.ts";
import { scoopManifest } from "./packages/scoop.ts";
import { run } from "./run.ts";

const ROOT = resolve(import.meta.dirname!, "../..");

const { values } = parseArgs({
  args: Deno.args,
  options: {
    // What `deno task release` made.
    release: { type: "string", default: join(ROOT, "dist/release") },
    out: { type: "string", default: join(ROOT, "dist/packages") },
    // Where people get the release.
    url: { type: "string", default: "https://agentvfs.example/releases" },
    homepage: { type: "string", default: "https://agentvfs.example" },
  },
});
const [release, out] = [resolve(values.release), resolve(values.out)];

async function write(name: string, text: string): Promise<void> {
  const path = join(out, name);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
  console.log(path);
}

/** Runs a script that prints the paths of what it made. */
async function make(script: string, env: Record<string, string>): Promise<void> {
  console.log(await run([join(ROOT, "scripts", script), out], { env, cwd: ROOT }));
}

const published = await readPublished(release, values.url, values.homepage);
await write("homebrew/agentvfs.rb", homebrewFormula(published));
const manifest = scoopManifest(published);
if (manifest === null) {
  console.log("no manifest for Scoop: the release has no executable for Windows");
} else await write("scoop/agentvfs.json", `${JSON.stringify(manifest, null, 4)}\n`);
await write("container/Dockerfile", containerfile(published));
await write("action/action.yml", githubAction(published));
for (const [name, text] of Object.entries(devcontainerFeature(published))) {
  await write(`devcontainer/${name}`, text);
}
const { version } = published;
for (const { target, file } of published.executables) {
  if (target.npm.os !== "linux") continue;
  const machine = target.triple.split("-")[0]!;
  const env = {
    AGENTVFS_BIN: join(release, file),
    AGENTVFS_VERSION: version,
    AGENTVFS_MACHINE: machine,
  };
  for (const script of ["make_deb", "make_rpm"]) await make(script, env);
}
await make("make_npm", { AGENTVFS_RELEASE: release });
