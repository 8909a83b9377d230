/** Some seconds of the soak; `deno run -A tests/crash/view_soak.ts --steps 10000` runs as long as it is told. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { viewSoak } from "./view_soak.ts";

Deno.test("views stay what they are whatever becomes of servers, caches and branches", async () => {
  const { looks } = await viewSoak({ steps: 40, seed: SEED });
  assert.ok(looks > 0);
});
