/** What docs/threads.md says and no other test shows. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withMount, withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("a child's work goes on when the branch that it was made from is deleted", () =>
  withProject("echo one >f", async (m) => {
    await m.ctl("branch", "create", "parent");
    await m.ctl("branch", "create", "child", "--from", "parent");
    const [begun, go] = ["begun", "go"].map((name) => join(m.state, name));
    const script = `touch ${begun}; until test -e ${go}; do sleep 0.05; done; echo child >f; cat f`;
    const works = m.run(["run", "-b", "child", "--", "sh", "-c", script], { cwd: m.project });
    await until("the child works", () => Deno.stat(begun!).then(() => true, () => false));
    await m.ctl("branch", "delete", "parent", "--force");
    assert.equal((await m.refused("branch", "delete", "child")).code, "branch_in_use");
    await Deno.writeTextFile(go!, "");
    const { code, stdout, stderr } = await works;
    assert.deepEqual([code, stdout], [0, "child\n"], stderr);
    await m.ctl("merge", "child");
    assert.equal(await Deno.readTextFile(m.path("f")), "child\n");
  }));

Deno.test("in the directory of a branch that is gone nothing is done to another", () =>
  withProject("echo one >f", async (m) => {
    const directory = m.path(".agentvfs/branches/feature");
    await m.ctl("branch", "create", "feature");
    await Deno.writeTextFile(m.path("f"), "main\n");
    const { head } = await m.ctl("branch", "delete", "feature");
    const before = await m.ctl("log", "--all");
    for (
      const words of [["checkpoint", "x"], ["rollback", "initial"], ["undo"], ["merge", head], [
        "status",
      ]]
    ) {
      const { code, stdout, stderr } = await m.run(["-C", directory, "--json", ...words]);
      assert.equal(code, 1, `${words} ${stderr}`);
      const { error } = JSON.parse(stdout);
      assert.equal(error.code, "branch_gone");
      assert.match(error.message, /branch feature/);
    }
    const run = await m.run(["run", "-C", directory, "--", "sh", "-c", "echo x >f"]);
    assert.equal(run.code, 1, run.stderr);
    // By paths, neither.
    const inIt = `cd ${m.path(".agentvfs/branches")}; mkdir feature`;
    await assert.rejects(shell(inIt));
    assert.equal(await Deno.readTextFile(m.path("f")), "main\n");
    assert.deepEqual(await m.ctl("log", "--all"), before);
    await m.ctl("branch", "create", "feature", "--from", head);
    assert.equal(await Deno.readTextFile(join(directory, "f")), "one\n");
  }));

Deno.test("a rollback in one package of a repository leaves the packages beside it alone", () =>
  withTemporary(async (root) => {
    await shell(
      "git init -q; mkdir -p packages/a packages/b; echo 1 >packages/a/f; echo 1 >packages/b/f",
      { cwd: root },
    );
    await withMount(join(root, "packages/a"), async (m) => {
      await shell("echo 2 >f; echo new >made", { cwd: m.mount });
      await Deno.writeTextFile(join(root, "packages/b/f"), "2\n");
      await Deno.writeTextFile(join(root, "packages/b/made"), "new\n");
      await m.ctl("rollback", "initial");
      assert.deepEqual([...Deno.readDirSync(m.mount)].map(({ name }) => name), ["f"]);
      assert.equal(await Deno.readTextFile(join(root, "packages/b/f")), "2\n");
      assert.equal(await Deno.readTextFile(join(root, "packages/b/made")), "new\n");
    });
  }));

Deno.test("without git, and of what git ignores or does not know, all is recorded and comes back", async () => {
  const files =
    "mkdir -p node_modules/x; echo 1 >node_modules/x/i.js; echo secret >.env; echo 1 >f";
  for (const git of ["true", "git init -q; printf 'node_modules\\n.env\\n' >.gitignore"]) {
    await withProject(`${files}; ${git}`, async (m) => {
      await shell("echo untracked >new", { cwd: m.mount });
      const { id } = await m.ctl("checkpoint", "all");
      await shell("rm -rf node_modules .env new; echo 2 >f", { cwd: m.mount });
      await m.ctl("rollback", id);
      const has = await shell("cat node_modules/x/i.js .env new f", { cwd: m.mount });
      assert.equal(has, "1\nsecret\nuntracked\n1\n");
    });
  }
});
