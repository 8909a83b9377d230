import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../source/testing/fixtures.ts";
import { gitElsewhere } from "./git_elsewhere.ts";

async function withRepository(
  body: (place: { root: string; project: string; git: typeof git }) => Promise<void>,
): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "agentvfs-git-" }));
  const project = join(root, "project");
  try {
    await run(["git", "init", "-q", project]);
    await git(project, "commit", "-q", "--allow-empty", "-m", "first");
    await body({ root, project, git });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function git(cwd: string, ...args: string[]): Promise<string> {
  return run(["git", "-c", "user.name=t", "-c", "user.email=t@t", ...args], cwd);
}

Deno.test("a repository of the project's own, and none at all, are nothing to tell", () =>
  withRepository(async ({ root, project, git }) => {
    assert.deepEqual(await gitElsewhere(project), []);
    await git(project, "worktree", "add", "-q", join(root, "beside"));
    assert.deepEqual(await gitElsewhere(project), [], "a worktree outside the project");
    assert.deepEqual(await gitElsewhere(root), []);
  }));

Deno.test("a project that is a linked worktree", () =>
  withRepository(async ({ root, project, git }) => {
    const linked = join(root, "linked");
    await git(project, "worktree", "add", "-q", linked);
    assert.deepEqual(await gitElsewhere(linked), [
      { worktree: "", repository: join(project, ".git/worktrees/linked") },
    ]);
  }));

Deno.test("worktrees in the project, unless they know it by a relative path", () =>
  withRepository(async ({ project, git }) => {
    await git(project, "worktree", "add", "-q", join(project, ".trees/one"));
    await git(project, "worktree", "add", "-q", join(project, "two"));
    const all = [".trees/one", "two"].map((worktree) => {
      const name = worktree.split("/").at(-1)!;
      return { worktree, repository: join(project, ".git/worktrees", name) };
    });
    assert.deepEqual(await gitElsewhere(project), all);
    await Deno.writeTextFile(join(project, "two/.git"), "gitdir: ../.git/worktrees/two\n");
    assert.deepEqual(await gitElsewhere(project), all.slice(0, 1));
    await Deno.remove(join(project, ".trees"), { recursive: true });
    assert.deepEqual(await gitElsewhere(project), [], "a worktree that was removed by hand");
  }));

Deno.test("a repository beside its worktree, inside the project and outside", () =>
  withRepository(async ({ root, project, git }) => {
    await Deno.rename(join(project, ".git"), join(project, ".bare"));
    await Deno.writeTextFile(join(project, ".git"), "gitdir: ./.bare\n");
    assert.deepEqual(await gitElsewhere(project), []);
    await git(project, "worktree", "add", "-q", "tree");
    assert.equal((await gitElsewhere(project))[0]!.worktree, "tree");

    await Deno.writeTextFile(join(project, ".git"), `gitdir: ${project}/.bare\n`);
    assert.equal((await gitElsewhere(project))[0]!.worktree, "", "an absolute path");

    await Deno.rename(join(project, ".bare"), join(root, "moved"));
    await Deno.remove(join(project, ".git"));
    await Deno.symlink("../moved", join(project, ".git"));
    assert.deepEqual((await gitElsewhere(project))[0], {
      worktree: "",
      repository: join(root, "moved"),
    });
  }));

Deno.test("what is no repository is no reason to fail", () =>
  withRepository(async ({ project }) => {
    await Deno.remove(join(project, ".git"), { recursive: true });
    await Deno.writeTextFile(join(project, ".git"), "something else");
    assert.deepEqual(await gitElsewhere(project), []);
    await Deno.writeFile(join(project, ".git"), new Uint8Array([0xff, 0xfe]));
    assert.deepEqual(await gitElsewhere(project), []);
  }));
