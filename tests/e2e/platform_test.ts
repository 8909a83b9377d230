/** What `deno task test:platform` tries on machines of other systems holds here. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run } from "../support/process.ts";
import { EXECUTABLE } from "./executable.ts";

const MAIN = fileURLToPath(new URL("../platform/main.ts", import.meta.url));

Deno.test("a mount does on this system what it is to do on all", async () => {
  const { code, stdout, stderr } = await run(
    [Deno.execPath(), "run", "-A", "--no-check", MAIN, "--program", EXECUTABLE],
    { deadlineMs: 300_000 },
  );
  assert.equal(code, 0, stdout + stderr);
  assert.ok(stdout.split("\n").filter((line) => line.startsWith("ok ")).length >= 14, stdout);
});
