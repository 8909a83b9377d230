/** A few power cuts on ext4; `deno run -A tests/crash/power_cuts.ts 300` makes many. */

import assert from "node:assert/strict";
import { isInstalled } from "../support/process.ts";
import { SEED } from "../support/random.ts";
import { powerCut } from "./power_cuts.ts";

const CUTS = 3;

const missing = Deno.uid() !== 0
  ? "not root"
  : !await Deno.stat("/dev/loop-control").then(() => true, () => false)
  ? "no loop devices"
  : !await isInstalled("mkfs.ext4")
  ? "no mkfs.ext4"
  : null;

Deno.test({
  name: "what was synced is there after a power cut" +
    (missing === null ? "" : ` (skipped: ${missing})`),
  ignore: missing !== null,
  fn: async () => {
    let promised = 0;
    for (let i = 0; i < CUTS; i++) promised += (await powerCut(SEED + i)).promised;
    assert.ok(promised > CUTS, `only ${promised} files were promised`);
  },
});
