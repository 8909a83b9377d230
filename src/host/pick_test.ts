import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** All that a daemon consists of, and what a command loads first. */
const MODULES = [
  "src/cli/commands.ts",
  "src/daemon/keeper/keeper.ts",
  "src/daemon/server/server.ts",
  "src/daemon/fs_thread/fs_thread.ts",
  "src/daemon/background/background.ts",
];

/** Libraries that a system has, in the order in which they are opened. */
const LIBRARIES = {
  darwin: ["/usr/lib/libSystem.B.dylib"],
  windows: ["ntdll.dll", "kernel32.dll"],
};

for (const [os, libraries] of Object.entries(LIBRARIES)) {
  Deno.test(`what is loaded on ${os} opens that system's libraries alone`, async () => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", "tests/support/load_as.ts", os],
        ...MODULES.map((module) => new URL(module, ROOT).href),
      ],
      cwd: fileURLToPath(ROOT),
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), libraries);
  });
}
