/**
 * doctor tells what a mount agreed on with the kernel.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";

interface Check {
  readonly name: string;
  readonly state: string;
  readonly found: string;
}

Deno.test("doctor shows each rule that status has, and what it means", async () => {
  await withProject("echo x >file", async (m) => {
    const { checks } = await m.ctl("doctor") as { checks: Check[] };
    const { caches } = await m.status();
    for (const [name, on] of Object.entries(caches)) {
      const check = checks.find((check) => check.name === name);
      assert.equal(check?.state, on ? "ok" : "warn", name);
      assert.notEqual(check?.found, on ? "on" : "off", `${name} is not explained`);
    }
    assert.match(checks.find(({ name }) => name === "caching")!.found, /mount/);
    assert.ok(caches["no-open"] && caches["readdirplus"]);
  });
});
