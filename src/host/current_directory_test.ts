import assert from "node:assert/strict";
import * as linux from "./linux/current_directory.ts";
import * as windows from "./windows/current_directory.ts";
import { isWithin } from "./windows/mounts.ts";

Deno.test("who leaves a mount goes where none is: on Windows `/` is the drive's that one stands on", () => {
  assert.equal(linux.noProject(), "/");
  assert.notEqual(windows.noProject(), "/");
  assert.ok(isWithin(Deno.execPath(), windows.noProject()));
});
