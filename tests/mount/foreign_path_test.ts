/** What $PATH has is not what runs with the daemon's rights. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withProject } from "../support/mounted.ts";
import { withTemporary } from "../support/temporary.ts";

const NAMES = ["umount", "fusermount3", "fusermount", "unshare", "sh", "true", "mount"];

Deno.test("mounting, running in a view and unmounting take no program from PATH", () =>
  withTemporary(async (directory) => {
    const marks = join(directory, "marks");
    await Deno.mkdir(marks);
    for (const name of NAMES) {
      const script = `#!/bin/sh\necho "$@" >'${marks}/${name}'\nexit 1\n`;
      await Deno.writeTextFile(join(directory, name), script, { mode: 0o755 });
    }
    const env = { PATH: `${directory}:${Deno.env.get("PATH")}` };
    await withProject("echo one >f", async (m) => {
      const options = { cwd: m.project, env };
      for (const how of [[], ["--confine"]]) {
        const outcome = await m.run(["run", "--branch", "b", ...how, "--", "cat", "f"], options);
        assert.equal(outcome.stdout, "one\n", outcome.stderr);
      }
      await m.run(["doctor"], options);
      await m.stop();
    }, { env });
    assert.deepEqual([...Deno.readDirSync(marks)].map(({ name }) => name), []);
  }));
