/** Builds while the server is killed; `deno run -A tests/crash/build_kills.ts` kills as often as it is told. */

import assert from "node:assert/strict";
import { isInstalled } from "../support/process.ts";
import { compileProgram, installPackages } from "./build_kills.ts";

const KILLS = 3;

const JOBS = [
  { name: "npm ci", needs: ["npm", "tar"], build: () => installPackages(KILLS, null) },
  { name: "make", needs: ["make", "cc"], build: () => compileProgram(KILLS) },
];

for (const { name, needs, build } of JOBS) {
  const installed = await Promise.all(needs.map(isInstalled));
  const missing = needs.filter((_, i) => !installed[i]);
  Deno.test({
    name: `${name} succeeds, with its output whole, although the server is killed` +
      (missing.length === 0 ? "" : ` (skipped: no ${missing.join(", no ")})`),
    ignore: missing.length > 0,
    fn: async () => assert.equal((await build()).kills, KILLS),
  });
}
