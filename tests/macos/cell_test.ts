/** What locks filters in on macOS, on stand-ins for its libraries. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { withTemporary } from "../support/temporary.ts";
import { testWith } from "../support/test_with.ts";
import { compileStandIns } from "./stand_in/stand_ins.ts";

testWith(
  "cc",
  "who only computes reads and starts nothing, is seen to compute, and ends by itself if it never comes back",
  () =>
    withTemporary(async (directory) => {
      const env = { ...await compileStandIns(directory), AGENTVFS_STAND_IN_HOLD: directory };
      const cell = fileURLToPath(new URL("stand_in/cell.ts", import.meta.url));
      await Deno.writeTextFile(`${directory}/file`, "");
      const { signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", cell, `${directory}/file`],
        env,
      }).output();
      const [said, wrong] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assert.equal(signal, "SIGVTALRM", wrong);
      assert.deepEqual(JSON.parse(said!), {
        kind: "sandbox",
        open: null,
        reads: false,
        starts: false,
        isUseRight: true,
      });
    }),
);
