/** What is found on Windows. */

import assert from "node:assert/strict";
import { WinFspError } from "../../mount/windows/device.ts";
import { type Registry, registry } from "./windows_registry.ts";
import { windowsChecks, type WindowsMachine } from "./windows.ts";

const PLACE = "C:\\Users\\me\\AppData\\Local\\agentvfs";
const LONG_PATHS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem";
const SERVICE = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinDefend\\Start";
const DEFENDER = "HKLM\\SOFTWARE\\Microsoft\\Windows Defender";
const POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender";

/** A registry with these numbers, and the names in these keys. */
function holding(
  numbers: Record<string, number | null>,
  names: Record<string, string[]> = {},
): Registry {
  return {
    number: (key, name) => Promise.resolve(numbers[`${key}\\${name}`] ?? null),
    names: (key) => Promise.resolve(names[key] ?? null),
  };
}

async function found(machine: Partial<WindowsMachine>) {
  const checks = await windowsChecks({
    winfsp: () => ({ path: "C:\\WinFsp\\bin\\winfsp-x64.dll", version: { major: 2, minor: 1 } }),
    registry: { number: () => Promise.resolve(1), names: () => Promise.resolve(null) },
    isElevated: () => false,
    place: PLACE,
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
    const checks = await found({
      registry: holding({ [`${LONG_PATHS}\\LongPathsEnabled`]: value }),
    });
    assert.equal(checks["long paths"]!.state, "warn");
    assert.match(checks["long paths"]!.fix!, /LongPathsEnabled/);
  }
});

Deno.test("which shells do not see a letter depends on this one", async () => {
  const said = async (isElevated: boolean) =>
    (await found({ isElevated: () => isElevated }))["drive letters"]!.found;
  assert.match(await said(true), /this shell is elevated: .* not seen by normal ones/);
  assert.match(await said(false), /this shell is normal: .* not seen by elevated ones/);
});

const ON = { [SERVICE]: 2 };
const PATHS = `${DEFENDER}\\Exclusions\\Paths`;
const SCANNING: [what: string, registry: Registry, state: string, says: RegExp][] = [
  ["none", holding({}), "ok", /^is not installed$/],
  ["its service disabled", holding({ [SERVICE]: 4 }), "ok", /^does not look at files/],
  [
    "real-time protection off",
    holding({ ...ON, [`${DEFENDER}\\Real-Time Protection\\DisableRealtimeMonitoring`]: 1 }),
    "ok",
    /^does not look at files/,
  ],
  [
    "off by policy",
    holding({ ...ON, [`${POLICY}\\DisableAntiSpyware`]: 1 }),
    "ok",
    /^does not look at files/,
  ],
  ["nothing excluded", holding(ON, { [PATHS]: [] }), "warn", /makes both slower$/],
  ["another place excluded", holding(ON, { [PATHS]: ["C:\\b"] }), "warn", /makes both slower$/],
  ["exclusions that may not be read", holding(ON), "ok", /only an administrator may see$/],
  [
    "a folder around it excluded, in other letters",
    holding(ON, { [PATHS]: ["c:\\users\\ME"] }),
    "ok",
    /^leaves C:.*agentvfs alone$/,
  ],
  [
    "it excluded by policy",
    holding(ON, { [`${POLICY}\\Exclusions\\Paths`]: [PLACE] }),
    "ok",
    /alone$/,
  ],
];

for (const [what, registry, state, says] of SCANNING) {
  Deno.test(`what is said of Defender: ${what}`, async () => {
    const check = (await found({ registry }))["Microsoft Defender"]!;
    assert.equal(check.state, state);
    assert.match(check.found, says);
    const isToMend = /slower/.test(check.found);
    assert.equal(
      check.fix?.includes(`Add-MpPreference -ExclusionPath '${PLACE}'`) ?? false,
      isToMend,
    );
  });
}

Deno.test("the registry is read as reg prints it", async () => {
  const printed: Record<string, string> = {
    "HKLM\\A /v Start": "\r\nHKEY_LOCAL_MACHINE\\A\r\n    Start    REG_DWORD    0x2\r\n\r\n",
    "HKLM\\A /v Text": "\r\nHKEY_LOCAL_MACHINE\\A\r\n    Text    REG_SZ    0x2\r\n\r\n",
    "HKLM\\B": "\r\nHKEY_LOCAL_MACHINE\\B\r\n    C:\\a b    REG_DWORD    0x0\r\n" +
      "    D:\\    REG_DWORD    0x0\r\n\r\nHKEY_LOCAL_MACHINE\\B\\C\r\n",
    "HKLM\\C": "\r\n",
  };
  const { number, names } = registry((words) => Promise.resolve(printed[words.join(" ")] ?? null));
  assert.equal(await number("HKLM\\A", "Start"), 2);
  assert.equal(await number("HKLM\\A", "Text"), null);
  assert.equal(await number("HKLM\\A", "Other"), null);
  assert.deepEqual(await names("HKLM\\B"), ["C:\\a b", "D:\\"]);
  assert.deepEqual(await names("HKLM\\C"), []);
  assert.equal(await names("HKLM\\D"), null);
});
