/** Some bit flips; `deno run -A tests/integrity/bit_flips.ts --flips 10000` makes many. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { flipBits } from "./bit_flips.ts";

Deno.test(`a flipped bit is found or means nothing, and nothing wrong is read (seed ${SEED})`, async () => {
  const { found, files } = await flipBits({ flips: 150, seed: SEED });
  assert.ok(found > 0);
  for (const [path, { harmless }] of Object.entries(files)) {
    assert.ok(
      harmless === 0 || path.startsWith("index.sqlite"),
      `${path} has bits that mean nothing`,
    );
  }
});
