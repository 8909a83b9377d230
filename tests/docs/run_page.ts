/**
 * Runs the blocks of a page as a reader would: in order, in a home with a project of its own, `~/work/shop`, that is mounted.
 * The agents in it are stand-ins: they change a file and end.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXECUTABLE } from "../e2e/executable.ts";
import { type Outcome, run } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import type { Block } from "./page_blocks.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Longest time a page may take, also where others keep the machine busy. */
const DEADLINE_MS = 300_000;

/** What is in the project. */
const PROJECT = `
mkdir -p work/shop/src work/shop/docs && cd work/shop
echo 'export const cart = [];' >src/cart.ts
echo '# Shop' >README.md && echo '# Docs' >docs/index.md
echo '{"name":"shop","version":"1.0.0","scripts":{"test":"true"}}' >package.json
printf '#!/bin/sh\\nwc -c <src/cart.ts\\n' >bench.sh && chmod +x bench.sh
git init -q -b main && git add . && git commit -qm first
`;

const AGENT = `#!/bin/sh
mkdir -p src && echo "// $(basename "$0") $$" >>"src/$(basename "$0").ts"
`;

/** Throws where a block that is to be run does not end with 0. */
export async function runPage(blocks: readonly Block[]): Promise<void> {
  const chosen = blocks.filter(({ language, notRun }) => language === "sh" && notRun === null);
  if (chosen.length === 0) return;
  await withTemporary(async (home) => {
    const bin = join(home, "bin");
    await Deno.mkdir(bin);
    await Deno.symlink(EXECUTABLE, join(bin, "agentvfs"));
    for (const name of ["claude", "codex"]) {
      await Deno.writeTextFile(join(bin, name), AGENT, { mode: 0o755 });
    }
    const env = {
      ...{ HOME: home, PATH: `${bin}:${ROOT}scripts:/usr/bin:/bin:/usr/sbin:/sbin` },
      AGENTVFS_STATE_DIR: join(home, "state"),
      ...{ GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@b", GIT_CONFIG_NOSYSTEM: "1" },
      ...{ GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@b", NO_COLOR: "1" },
      ...{ AGENTVFS_SOCK: "", AGENTVFS_PAGER: "", ROOT: ROOT.slice(0, -1) },
    };
    const sh = (script: string): Promise<Outcome> =>
      run(["bash", "-euo", "pipefail", "-c", script], { cwd: home, env, deadlineMs: DEADLINE_MS });
    try {
      const parts = chosen.map(({ place, first, code }) =>
        `echo '== ${place}'\ncd ~/work/shop\n${first}\n${code}`
      );
      const script = [
        `trap 'echo "ended with $? by: $BASH_COMMAND" >&2' ERR`,
        PROJECT,
        "agentvfs quickstart . >/dev/null",
        "export MOUNT=$(agentvfs status --json | jq -r .mount)",
        'until [ "$(agentvfs status --json | jq -r .import.state)" = done ]; do sleep 0.05; done',
        ...parts,
      ].join("\n");
      const { code, stdout, stderr } = await sh(script);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
    } finally {
      await sh("for dir in ~/work/*/; do agentvfs stop --force $dir || true; done");
    }
  });
}

/** Throws where blocks of TypeScript are not what the compiler takes. */
export async function checkTypes(blocks: readonly Block[]): Promise<void> {
  const chosen = blocks.filter(({ language, notRun }) => language === "ts" && notRun === null);
  if (chosen.length === 0) return;
  await withTemporary(async (directory) => {
    // Strict, but for what a block shows and does not go on with.
    const { imports, compilerOptions } = JSON.parse(
      await Deno.readTextFile(join(ROOT, "deno.json")),
    );
    const config = {
      imports: { ...imports, "@agentvfs/agentvfs": `${ROOT}mod.ts` },
      compilerOptions: { ...compilerOptions, noUnusedLocals: false, noUnusedParameters: false },
    };
    await Deno.writeTextFile(join(directory, "deno.json"), JSON.stringify(config));
    const files = chosen.map(({ place }) => `${place.replace(/[/:]/g, "_")}.ts`);
    for (const [i, { first, code }] of chosen.entries()) {
      await Deno.writeTextFile(join(directory, files[i]!), `${first}\n${code}\nexport {};\n`);
    }
    const { code, stderr } = await run([Deno.execPath(), "check", ...files], {
      cwd: directory,
      deadlineMs: DEADLINE_MS,
    });
    assert.equal(code, 0, stderr);
  });
}
