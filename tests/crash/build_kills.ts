/**
 * Builds in the mount while the server is killed again and again: they have to succeed, with the output they have on
 * a disk.
 *
 * ```sh
 * deno run -A tests/crash/build_kills.ts --kills 10                       # packages made here, no network
 * deno run -A tests/crash/build_kills.ts --packages typescript,express    # from the registry, once; then offline
 * ```
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { type Mounted, withMount } from "../support/mounted.ts";
import { run, shell, succeed, until } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

export interface BuildReport {
  /** Builds that ran to their end. */
  readonly builds: number;
  readonly kills: number;
}

/** Something that is built in a project directory. */
interface Job {
  readonly command: readonly string[];
  /** Directory in the project that it makes anew each time. */
  readonly output: string;
  readonly env: Record<string, string>;
}

const ALLOWED = { allowedLog: [/was killed by SIGKILL/], deadlineMs: 900_000 };
const BUILD_DEADLINE_MS = 300_000;

const PACKAGES = 24;
const FILES_PER_PACKAGE = 40;
const NPM = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/** `npm ci`. `packages`: of the registry; else of packages that are made here. */
export function installPackages(
  kills: number,
  packages: readonly string[] | null,
): Promise<BuildReport> {
  return withTemporary(async (directory) => {
    const [project, cache] = [`${directory}/project`, `${directory}/cache`];
    await Deno.mkdir(project);
    const env = { npm_config_cache: cache, HOME: directory };
    const dependencies = packages === null ? await makePackages(directory, project) : {};
    const manifest = { name: "project", version: "1.0.0", private: true, dependencies };
    await Deno.writeTextFile(`${project}/package.json`, JSON.stringify(manifest));
    const install = packages === null
      ? ["install", ...NPM]
      : ["install", ...NPM.slice(1), ...packages];
    await succeed(["npm", ...install], { cwd: project, env, deadlineMs: BUILD_DEADLINE_MS });
    const job = { command: ["npm", "ci", ...NPM], output: "node_modules", env };
    return await buildWhileKilled(project, directory, job, kills);
  });
}

/** Packages as npm packs them, in the project; resolves with the dependencies on all of them. */
async function makePackages(directory: string, project: string): Promise<Record<string, string>> {
  await Deno.mkdir(`${project}/packages`);
  const dependencies: Record<string, string> = {};
  for (let i = 0; i < PACKAGES; i++) {
    const name = `package-${i}`;
    const root = `${directory}/made/${name}/package`;
    await Deno.mkdir(`${root}/lib/deep`, { recursive: true });
    const manifest = { name, version: "1.0.0", main: "lib/0.js", bin: { [name]: "bin.js" } };
    await Deno.writeTextFile(`${root}/package.json`, JSON.stringify(manifest));
    await Deno.writeTextFile(`${root}/bin.js`, "#!/usr/bin/env node\nconsole.log(1);\n");
    for (let file = 0; file < FILES_PER_PACKAGE; file++) {
      const place = file % 3 === 0 ? "lib/deep" : "lib";
      const text = `exports.value = "${name} ${file}";\n`.repeat(1 + file * file % 300);
      await Deno.writeTextFile(`${root}/${place}/${file}.js`, text);
    }
    const tarball = `packages/${name}.tgz`;
    await succeed(["tar", "-czf", `${project}/${tarball}`, "-C", `${root}/..`, "package"]);
    dependencies[name] = `file:${tarball}`;
  }
  return dependencies;
}

const SOURCES = 40;

/** `make` of a program in C. */
export function compileProgram(kills: number): Promise<BuildReport> {
  return withTemporary(async (directory) => {
    const project = `${directory}/project`;
    await Deno.mkdir(project);
    await shell(
      `for i in $(seq ${SOURCES}); do
         echo "#include \\"all.h\\"
int f$i(int x) { return x + $i; }" >f$i.c
         echo "int f$i(int);" >>all.h
         calls="\${calls:-0} + f$i(1)"
       done
       printf '#include <stdio.h>\\n#include "all.h"\\nint main(void) { printf("%%d\\\\n", %s); }\\n' "$calls" >main.c
       printf 'all:\\n\\trm -rf out\\n\\tmkdir out\\n\\t$(MAKE) out/prog\\nout/prog: %s\\n\\tcc -o $@ $^\\nout/%%.o: %%.c all.h\\n\\tcc -c -o $@ $<\\n' \\
         "out/main.o $(ls f*.c | sed 's|\\(.*\\)[.]c|out/\\1.o|' | tr '\\n' ' ')" >Makefile`,
      { cwd: project },
    );
    // Objects and programs are the same wherever they are made.
    const job = { command: ["make", "-j2"], output: "out", env: {} };
    return await buildWhileKilled(project, directory, job, kills);
  });
}

/** Builds on the disk, then in the mount until the server was killed so often. */
async function buildWhileKilled(
  project: string,
  directory: string,
  job: Job,
  kills: number,
): Promise<BuildReport> {
  const { command, output, env } = job;
  const native = `${directory}/native`;
  await succeed(["cp", "-a", project, native]);
  await succeed(command, { cwd: native, env, deadlineMs: BUILD_DEADLINE_MS });
  const expected = await manifestOf(`${native}/${output}`);
  const report = { builds: 0, kills: 0 };
  await withMount(project, async (mounted) => {
    while (report.kills < kills) {
      let building = true;
      const build = run(command, { cwd: mounted.mount, env, deadlineMs: BUILD_DEADLINE_MS })
        .finally(() => building = false);
      const before = report.kills;
      while (building && report.kills < kills) {
        await killServer(mounted);
        report.kills++;
      }
      const { code, stdout, stderr } = await build;
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.ok(report.kills > before, "the build was over before a kill");
      report.builds++;
      const actual = await manifestOf(mounted.path(output));
      assertSame(actual, expected, `build ${report.builds}`, { ignore: ["mtime", "blocks"] });
    }
  }, ALLOWED);
  return report;
}

/** Kills the server and resolves when another one answers. */
async function killServer(mounted: Mounted): Promise<void> {
  const ask = async () => {
    using client = await mounted.connect();
    return await client.status();
  };
  const { serverPid } = await ask();
  Deno.kill(serverPid, "SIGKILL");
  await until("another server answers", async () => {
    const status = await ask().catch(() => null);
    return status !== null && status.serverPid !== serverPid;
  });
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "10" },
      packages: { type: "string" },
    },
  });
  const kills = Number(values.kills);
  const packages = values.packages?.split(",") ?? null;
  console.log(JSON.stringify({ what: "npm ci", ...await installPackages(kills, packages) }));
  console.log(JSON.stringify({ what: "make", ...await compileProgram(kills) }));
}
