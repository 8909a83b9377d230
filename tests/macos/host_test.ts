/** The host layer of macOS, on stand-ins for its libraries: it answers what Linux's does. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { testWith } from "../support/test_with.ts";
import { compileStandIns } from "./stand_in/stand_ins.ts";

testWith(
  "cc",
  "files, names, attributes, processes and sockets are macOS's as they are Linux's",
  () =>
    withTemporary(async (directory) => {
      const env = await compileStandIns(directory);
      const look = fileURLToPath(new URL("stand_in/look.ts", import.meta.url));
      const answers: unknown[] = [];
      for (const options of [[], ["--as-macos"]]) {
        const folder = `${directory}/work`;
        await Deno.mkdir(folder);
        const printed = await succeed(
          [Deno.execPath(), "run", "-A", "--no-check", look, ...options, folder],
          { env },
        );
        answers.push(JSON.parse(printed));
        await Deno.remove(folder, { recursive: true });
      }
      assert.deepEqual(answers[1], answers[0]);
    }),
);
