/**
 * Unit tests of an apply, of what reads a project, and of filters in their processes, on macOS's host layer, which stands on
 * stand-ins for its libraries.
 * `units.ts` runs the others so.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { run } from "../support/process.ts";
import { testWith } from "../support/test_with.ts";

const UNITS = fileURLToPath(new URL("units.ts", import.meta.url));

testWith(
  "cc",
  "macOS: a project is read and changed there, and filters run, as on Linux",
  async () => {
    const files = ["apply_snapshot_test.ts", "places_test.ts", "failure_test.ts"];
    const { code, stdout, stderr } = await run(
      [
        Deno.execPath(),
        "run",
        "-A",
        "--no-check",
        UNITS,
        ...files.map((file) => `src/apply/${file}`),
        "src/filters/filter_host_test.ts",
      ],
      { deadlineMs: 10 * 60_000 },
    );
    assert.equal(code, 0, stdout + stderr);
    const passed = Number(/^ok \| (\d+) passed/m.exec(stripVTControlCharacters(stdout))?.[1]);
    assert.ok(passed >= 16, stdout);
  },
);
