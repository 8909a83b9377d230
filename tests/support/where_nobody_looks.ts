/**
 * Mounts that no other program on the machine can walk into: what is counted there is what the test did.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isInstalled, run } from "./process.ts";

const VARIABLE = "AGENTVFS_TEST_UNSEEN";
const DEADLINE_MS = 900_000;

/**
 * Runs a test file once more, in a mount namespace of its own, and fails if that does. False: this is that run, or there can be
 * none, and the test is to go on.
 *
 * @param file URL of the test
 */
export async function ranUnseen(file: string): Promise<boolean> {
  const isOwn = Deno.env.get(VARIABLE) !== undefined;
  if (isOwn || Deno.uid() !== 0 || !await isInstalled("unshare")) return false;
  const test = [Deno.execPath(), "test", "-A", "--no-check", fileURLToPath(file)];
  const { code, stdout, stderr } = await run(
    ["unshare", "--mount", "--propagation", "private", ...test],
    { deadlineMs: DEADLINE_MS, env: { [VARIABLE]: "1" } },
  );
  assert.equal(code, 0, `${stdout}${stderr}`);
  return true;
}
