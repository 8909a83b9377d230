/**
 * The packages that the examples import, from npm, in a directory that is kept for the next time. What the SDKs bring for each kind of
 * machine, half a gigabyte, is left out.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../support/process.ts";

export const EXAMPLES = fileURLToPath(new URL("../../docs/examples/", import.meta.url));
const ROOT = new URL("../../", import.meta.url).href;
/** Of what is optional the one thing without which an SDK does not start. */
const NEEDED = ["@modelcontextprotocol/client@2.4.0"];
const DEADLINE_MS = 300_000;

/** The examples beside what they import, in a directory that is made for them; or why that cannot be. */
export async function examplesIn(
  directory: string,
): Promise<{ readonly config: string } | { readonly missing: string }> {
  const config = JSON.parse(await Deno.readTextFile(join(EXAMPLES, "deno.json")));
  const packages = Object.values<string>(config.imports)
    .filter((specifier) => specifier.startsWith("npm:")).map((specifier) => specifier.slice(4))
    .concat(NEEDED);
  const kept = await keptPackages(packages);
  if (kept.missing !== null) return { missing: kept.missing };
  await Deno.mkdir(directory, { recursive: true });
  await Deno.symlink(join(kept.prefix, "node_modules"), join(directory, "node_modules"));
  for (const { name, isFile } of Deno.readDirSync(EXAMPLES)) {
    if (isFile) await Deno.copyFile(join(EXAMPLES, name), join(directory, name));
  }
  const path = join(directory, "deno.json");
  const imports = { ...config.imports, "@agentvfs/agentvfs": `${ROOT}mod.ts` };
  await Deno.writeTextFile(
    path,
    JSON.stringify({ ...config, imports, nodeModulesDir: "manual" }),
  );
  return { config: path };
}

async function keptPackages(
  packages: readonly string[],
): Promise<{ readonly prefix: string; readonly missing: string | null }> {
  const root = Deno.env.get("AGENTVFS_AGENTS_DIR") ??
    `${Deno.env.get("HOME")}/.cache/agentvfs/agents`;
  const prefix = join(root, "sdks");
  const marker = join(prefix, "installed");
  const wanted = packages.join("\n");
  const has = await Deno.readTextFile(marker).catch(() => "");
  if (has === wanted) return { prefix, missing: null };
  await Deno.mkdir(prefix, { recursive: true });
  const flags = ["--omit", "optional", "--no-fund", "--no-audit", "--loglevel", "error"];
  const npm = ["npm", "install", "--prefix", prefix, ...flags, ...packages];
  const { code, stderr } = await run(npm, { deadlineMs: DEADLINE_MS })
    .catch((error) => ({ code: 1, stderr: String(error) }));
  if (code !== 0) {
    return { prefix, missing: `npm does not give the SDKs: ${stderr.trim().slice(-300)}` };
  }
  await Deno.writeTextFile(marker, wanted);
  return { prefix, missing: null };
}
