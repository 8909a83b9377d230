/**
 * The sets of rules that are built in, with the programs that they are about.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";
import { installRules } from "../support/rules.ts";

Deno.test("built-in sets: git goes on and its hooks and history stay, secrets are secret, packages stay", () =>
  withProject(
    `git init -q . && git config user.email a@b && git config user.name a
     mkdir -p node_modules/m src && echo m >node_modules/m/index.js && echo S=1 >.env && echo S= >.env.example
     echo s >src/s && printf '.env\\nnode_modules\\n' >.gitignore && git add -A && git commit -qm one`,
    async (m) => {
      await m.ctl("policy", "install", "protect-git", "secrets", "deps-readonly");
      const said = await shell(
        `{ echo more >>src/s; git commit -qam two; git checkout -qb topic; echo t >src/t; git add -A
           git commit -qm three; git checkout -q -; git merge -q topic; git stash list; git status --short
           git reset -q --hard HEAD~1; git fsck; git rebase -q HEAD topic; git switch -q -
           echo more >>src/s; git stash -q; git stash pop -q; git commit -qam four --amend
           git worktree add -q beside; git worktree remove beside; git tag one; } 2>&1`,
        { cwd: m.mount },
      );
      assert.equal(said, "");
      const { denials } = await m.ctl("policy", "denials");
      const refused = denials.map(({ operation, path }: Record<string, string>) =>
        `${operation} ${path}`
      );
      // git takes away what is empty above what it has removed, and finds out that way what is not.
      assert.deepEqual(refused.filter((each: string) => each !== "unlink .git"), []);
      const script = `
        refused() { if "$@" 2>/dev/null; then echo "not refused: $*"; fi; }
        object=$(find .git/objects -type f | grep -v pack | head -1)
        refused sh -c 'echo x >.git/hooks/pre-commit'
        refused mv .git/hooks .git/other
        refused git config user.name evil
        refused git config core.hooksPath /tmp
        refused git branch -m topic other
        git branch -q -D topic 2>/dev/null || true
        grep -q three .git/logs/refs/heads/topic || echo "the log of a branch is gone"
        refused git gc -q
        find .git -name '*.lock'
        refused rm -f $object
        refused rm -rf .git
        refused mv .git elsewhere
        refused cat .env
        refused cp .env stolen
        refused sh -c 'echo x >node_modules/m/index.js'
        refused mkdir node_modules/n
        refused mv node_modules other
        cat .env.example node_modules/m/index.js`;
      assert.equal(await shell(script, { cwd: m.mount }), "S=\nm\n");
    },
  ));

Deno.test("a rule has what is there recorded before very much is deleted, on its branches", () =>
  withProject("mkdir d; echo a >d/a", async (m) => {
    using c = await m.connect();
    await c.auto({ policy: "off" });
    await m.ctl("branch", "create", "agent");
    await installRules(m, [{ path_pattern: "**", checkpoint: 3, branch: "agent" }]);
    const recorded = async (branch: string) => {
      const { entries } = await c.log({ branch });
      return entries.find(({ details }) => details?.moment === "deletion");
    };
    const script = "for i in b c d e; do echo $i >d/$i; done; rm -r d";
    await shell(script, { cwd: m.mount });
    await shell(script, { cwd: m.path(".agentvfs/branches/agent") });
    await until("a checkpoint before the deletion", () => recorded("agent"));
    await c.checkpoint({});
    assert.equal(await recorded("main"), undefined);
  }));
