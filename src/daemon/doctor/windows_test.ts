/** What is found on Windows. */

import assert from "node:assert/strict";
import { WinFspError } from "../../mount/windows/device.ts";
import { windowsChecks, type WindowsMachine } from "./windows.ts";

async function found(machine: Partial<WindowsMachine>) {
  const checks = await windowsChecks({
    winfsp: () => ({ path: "C:\\WinFsp\\bin\\winfsp-x64.dll", version: { major: 2, minor: 1 } }),
    registry: () => Promise.resolve(1),
    ...machine,
  });
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

Deno.test("where all is there doctor says so, and whose work WinFsp is", async () => {
  const checks = await found({});
  assert.ok(Object.values(checks).every(({ state }) => state === "ok"));
  assert.match(checks["WinFsp"]!.found, /^2\.1 at C:.*Bill Zissimopoulos/);
});

Deno.test("a WinFsp that is missing or old fails, with what to install", async () => {
  const missing = () => {
    throw new WinFspError("winfsp_missing", "WinFsp is not installed: install it from …");
  };
  const { WinFsp: check } = await found({ winfsp: missing });
  assert.equal(check!.state, "fail");
  assert.equal(check!.found, "WinFsp is not installed");
  assert.match(check!.fix!, /winget install WinFsp\.WinFsp/);
});

Deno.test("where long paths are off, or nothing is said of them, that is a warning with a remedy", async () => {
  for (const value of [0, null]) {
    const checks = await found({ registry: () => Promise.resolve(value) });
    assert.equal(checks["long paths"]!.state, "warn");
    assert.match(checks["long paths"]!.fix!, /LongPathsEnabled/);
  }
});
