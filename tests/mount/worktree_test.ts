/** The hooks by which Claude Code gets branches as its worktrees. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

const IGNORED = `git init -q -b main; echo .env > .gitignore; echo secret > .env; echo 1 > a
  git add .; git -c user.name=t -c user.email=t@example.com commit -qm initial`;

function hook(mounted: Mounted, what: "create" | "remove", json: object, cwd: string) {
  return mounted.run(["worktree", what], { cwd, stdin: JSON.stringify(json) });
}

async function created(mounted: Mounted, name: string, cwd: string): Promise<string> {
  const { code, stdout, stderr } = await hook(mounted, "create", { name, cwd }, cwd);
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 1, stdout);
  return lines[0]!;
}

Deno.test("a worktree is a branch, with what git ignores, and what it was stays when it goes", () =>
  withProject(IGNORED, async (mounted) => {
    const path = await created(mounted, "fix it", mounted.mount);
    assert.equal(path, mounted.path(".agentvfs/branches/fix-it"));
    assert.equal(await Deno.readTextFile(join(path, ".env")), "secret\n");
    await Deno.writeTextFile(join(path, "a"), "2\n");
    assert.equal(await Deno.readTextFile(mounted.path("a")), "1\n");
    // The same session, resumed.
    assert.equal(await created(mounted, "fix it", mounted.mount), path);
    // In a worktree another one is made of it.
    const inner = await created(mounted, "inner", path);
    assert.equal(await Deno.readTextFile(join(inner, "a")), "2\n");

    const { code, stdout } = await hook(
      mounted,
      "remove",
      { worktree_path: path, cwd: path },
      path,
    );
    assert.equal(code, 0);
    assert.deepEqual(await mounted.branches(), ["main", "inner"]);
    await mounted.ctl("branch", "create", "again", "--from", stdout.trim());
    assert.equal(await Deno.readTextFile(mounted.path(".agentvfs/branches/again/a")), "2\n");
  }));

Deno.test("outside of a mount it is a worktree of git, and one with work in it is left", () =>
  withProject(IGNORED, async (mounted) => {
    const path = await created(mounted, "fix", mounted.project);
    assert.equal(path, join(mounted.project, ".claude/worktrees/fix"));
    assert.equal(await created(mounted, "fix", mounted.project), path);
    await Deno.writeTextFile(join(path, "a"), "2\n");
    const refused = await hook(mounted, "remove", { worktree_path: path }, mounted.project);
    assert.deepEqual([refused.code, await Deno.readTextFile(join(path, "a"))], [1, "2\n"]);
    await shell("git checkout -q a", { cwd: path });
    assert.equal((await hook(mounted, "remove", { worktree_path: path }, mounted.project)).code, 0);
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  }));

Deno.test("what is no JSON of the event is refused with a sentence", () =>
  withProject("", async (mounted) => {
    for (const json of [{}, [], { name: "///" }, { name: "" }]) {
      const { code, stdout, stderr } = await hook(mounted, "create", json, mounted.mount);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /^agentvfs: /);
    }
  }));
