/** A newcomer's run on this system as it is: the short version of `deno task test:distributions`. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newcomer } from "../distributions/newcomer.ts";
import { succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { EXECUTABLE } from "./executable.ts";

const RELEASE = fileURLToPath(new URL("../../scripts/release", import.meta.url));
const STEPS = ["install", "quickstart", "checkpoint", "rollback", "apply", "uninstall"];

for (const account of ["root", "newcomer"]) {
  Deno.test({
    name: `from install to rollback, and away again, as ${account}`,
    // Only root makes chroots.
    ignore: Deno.uid() !== 0,
    fn: () =>
      withTemporary(async (work) => {
        const release = join(work, "release");
        await succeed([RELEASE, release], { env: { AGENTVFS_BIN: EXECUTABLE } });
        const here = { name: "this system", source: "" };
        const { fault, facts } = await newcomer(here, account, "/", release, work);
        assert.equal(fault, null);
        for (const step of STEPS) assert.ok(facts.has(step), `${step} is missing`);
      }),
  });
}
