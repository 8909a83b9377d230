/**
 * `quickstart --watch`: what changes in the project comes into the mount by itself, unless somebody changed it there.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";

Deno.test("what changes in the project is brought in, but nothing that was changed in the mount", () =>
  withProject(
    "echo 1 >a; echo 1 >b; mkdir d",
    async (m) => {
      using c = await m.connect();
      const shows = async (name: string, text: string) => {
        await until(`${name} is ${text}`, async () => {
          return await Deno.readTextFile(m.path(name)).catch(() => "") === text;
        });
      };
      await Deno.writeTextFile(m.path("b"), "mine");
      await Deno.writeTextFile(join(m.project, "b"), "theirs");
      await Deno.writeTextFile(join(m.project, "a"), "2");
      await shows("a", "2");
      await Deno.mkdir(join(m.project, "d/new"));
      await Deno.writeTextFile(join(m.project, "d/new/file"), "3");
      await shows("d/new/file", "3");
      assert.equal(await Deno.readTextFile(m.path("b")), "mine");
      await Deno.remove(join(m.project, "a"));
      await until("a is gone", async () => {
        return await Deno.stat(m.path("a")).then(() => false, () => true);
      });
      // What both changed is still to be brought in.
      await assert.rejects(c.refresh({}), { code: "refresh_conflicts" });
      assert.deepEqual((await c.apply({ dryRun: true, strategy: "theirs" })).changes!.length, 1);
    },
    { arguments: ["--watch"] },
  ));
