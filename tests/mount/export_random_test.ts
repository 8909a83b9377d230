/**
 * Whatever is done in a mount, the commits of its checkpoints are those that git would have made.
 *
 * `AGENTVFS_SEEDS=1,2,3` names other runs than the one of the test.
 */

import { GIT_ENVIRONMENT } from "../support/git.ts";
import { GitOracle } from "../support/git_oracle.ts";
import { withMount } from "../support/mounted.ts";
import { shell, succeed } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const SCRIPT = scriptPath(import.meta.url, "change_at_random.py");
const CHECKPOINTS = 6;
const ATTRIBUTES = ["*.txt text", "*.up filter=up", "* text=auto", "a -text"];

for (const seed of (Deno.env.get("AGENTVFS_SEEDS") ?? "1").split(",").map(Number)) {
  Deno.test(`git export of random changes, seed ${seed}`, () =>
    withTemporary(async (project) => {
      const env = GIT_ENVIRONMENT;
      const change = (part: number, cwd: string) =>
        succeed([PYTHON, SCRIPT, String(seed * 1000 + part)], { cwd, env });
      const attributes = ATTRIBUTES.filter((_, i) => (seed >> i) % 2 === 1).join("\n");
      await shell(
        `git init -q -b trunk .; git config filter.up.clean 'tr a-z A-Z'; echo 1 >first
         echo '${attributes}' >.gitattributes`,
        { cwd: project, env },
      );
      await change(100, project);
      await shell("git add -A 2>/dev/null; git commit -qm one", { cwd: project, env });
      // Not everything is committed.
      await change(101, project);
      await withMount(project, async (mounted) => {
        using client = await mounted.connect();
        const oracle = await GitOracle.begin(mounted);
        for (let i = 0; i < CHECKPOINTS; i++) {
          await change(i, mounted.mount);
          await oracle.add((await client.checkpoint({ label: `step ${i}` })).id);
          if (i === 3) await oracle.check();
        }
        await oracle.check();
      });
    }));
}
