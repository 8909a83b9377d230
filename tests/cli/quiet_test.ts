/** --quiet: results and errors, and nothing else; colour where it is wanted only. */

import assert from "node:assert/strict";
import { UNCHANGED } from "../../src/control/testing/fake_reports.ts";
import { cli, withDaemon } from "./harness.ts";

Deno.test("--quiet leaves warnings out, and what was asked for in", async () => {
  await withDaemon(async ({ service }) => {
    service.compareSource = () => Promise.resolve({ ...UNCHANGED, touched: 7 });
    const said = await cli(["status"]);
    assert.match(said.stderr, /^warning: /);
    for (const option of ["--quiet", "-q"]) {
      const quiet = await cli(["status", option]);
      assert.deepEqual([quiet.code, quiet.stderr], [0, ""]);
      assert.match(quiet.stdout, /^project/);
    }
    assert.match((await cli(["status"])).stderr, /^warning: /, "it is for one command");
  });
});

Deno.test("--quiet does not hide what went wrong", async () => {
  await withDaemon(async () => {
    const refused = await cli(["rollback", "nowhere", "--quiet"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^agentvfs: There is no checkpoint "nowhere"\nhint: /);
  });
});

Deno.test("nothing is coloured where NO_COLOR is set, or nobody looks", async () => {
  await withDaemon(async () => {
    // The harness sets NO_COLOR.
    for (const terminal of [true, false]) {
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch((await cli(["log"], { terminal })).stdout, /\x1b\[/);
    }
  });
});
