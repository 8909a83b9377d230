/** The program as on macOS is killed a few times while others work; `deno task test:macos` does so for longer. */

import assert from "node:assert/strict";
import { withKills } from "../macos/kill_daemon.ts";
import { SEED } from "../support/random.ts";
import { testWith } from "../support/test_with.ts";

testWith(
  "cc",
  "macOS: what was answered is there after the server, or everything, was killed",
  () =>
    withKills(async (kill) => {
      for (const [what, cycles] of [["server", 3], ["everything", 2]] as const) {
        const { operations } = await kill({ cycles, seed: SEED, what });
        assert.ok(operations > 0, what);
      }
    }),
);
