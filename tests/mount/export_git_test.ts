/** Checkpoints become the commits that git itself would have made of them. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { exportToGit, GitOracle } from "../support/git_oracle.ts";
import { withMount } from "../support/mounted.ts";
import { shell, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

interface Case {
  /** Shell script that makes, in an empty directory, a repository and what surrounds it. */
  readonly make: string;
  /** The project in that directory; default: itself. */
  readonly project?: string;
  /** Shell scripts that work in the mount; a checkpoint follows each. */
  readonly work: readonly string[];
}

const FIRST = "git init -q -b trunk .; echo 1 >a; mkdir d; echo 2 >d/b; ln -s a l; " +
  "printf 'ignored\\n*.log\\n' >.gitignore; echo kept >kept.log; git add -A; git add -f kept.log; " +
  "git commit -qm first";

const CASES: Readonly<Record<string, Case>> = {
  "a repository with work that was not committed": {
    make: `${FIRST}; echo more >>a; echo new >untracked; mkdir ignored; echo 3 >ignored/x; rm l`,
    work: [
      "echo agent >'sp ace'; chmod +x d/b; echo x >z.log; echo y >>kept.log; echo z >ignored/z",
      String.raw`printf q >$'we"ird\nname\\ \t'; printf r >$'\xff\xfe'; printf s >:colon; : >empty`,
      "rm -r d; echo file >d; rm a; mkdir a; echo deep >a/deep; printf 'no newline' >a/end",
      "echo '*.tmp' >.gitignore; echo t >t.tmp; git mv -f kept.log moved 2>/dev/null || mv kept.log moved",
      "rm -rf a d; git init -q own; cd own; echo i >i; git add i; git commit -qm inner; echo o >o",
      "cd own; git commit -qm second --allow-empty; echo u >unborn",
      "head -c 300000 /dev/urandom >large; truncate -s 2M holes; ln large other; mkfifo pipe; mkdir bare",
      "git add -A; git commit -qm own; touch a-touched; rm a-touched; echo >>large",
      "for f in git~1 '.git ' .git. bare/.GIT '.git::$I' .gita git~2; do echo x >\"$f\"; done",
    ],
  },
  "files that git converts": {
    make: `printf '*.txt text\\n*.up filter=up\\n*.id ident\\n' >.gitattributes; ${FIRST};
      git config filter.up.clean 'tr a-z A-Z'; printf 'one\\r\\ntwo\\r\\n' >x.txt; echo up >x.up; printf '1\\r\\n' >was-raw;
      git add -A 2>/dev/null; git commit -qm converted; touch x.txt`,
    work: [
      "printf '1\\r\\n' >y.txt; printf '1\\r\\n' >y.bin; echo down >y.up; printf '$Id: 5 $' >y.id",
      "echo 'y.bin text' >>.gitattributes; printf '2\\r\\n' >y.bin; echo more >>x.up",
      "printf '* text=auto\\n' >>.gitattributes; printf '3\\r\\n' >raw; printf '3\\r\\n' >>was-raw",
    ],
  },
  "a repository without a commit": {
    make: "git init -q -b trunk .; echo 1 >a",
    work: ["echo 2 >b", "rm a b"],
  },
  "a linked worktree": {
    make: `mkdir main; cd main; ${FIRST}; git worktree add -q -b side ../side; cd ../side;
      echo side >s; git add s; git commit -qm side`,
    project: "side",
    work: ["echo 5 >e", "echo 6 >>s; rm a"],
  },
  "a project in a larger repository": {
    make: `${FIRST}; mkdir -p 'sub dir/p'; echo '*.obj' >'sub dir/.gitignore';
      echo p >'sub dir/p/p'; git add -A; git commit -qm sub; echo outside >>a`,
    project: "sub dir/p",
    work: ["echo 7 >q; echo 8 >r.obj; echo 9 >s.log", "rm p; mkdir t; echo 10 >t/t"],
  },
  "a repository with submodules": {
    make: `mkdir lib main; (cd lib; ${FIRST}); cd main; ${FIRST};
      for s in lib/one two; do git -c protocol.file.allow=always submodule add -q "$PWD/../lib" $s; done;
      git commit -qm modules; git submodule -q deinit -f two`,
    project: "main",
    work: [
      "cd lib/one; echo 11 >eleven; git add eleven; git commit -qm eleven; echo 12 >twelve",
      "cd lib/one; git add twelve; git commit -qm twelve",
      "git rm -qrf lib/one; rm -rf lib",
    ],
  },
};

for (const [name, { make, project = ".", work }] of Object.entries(CASES)) {
  Deno.test(`git export: ${name}`, () =>
    withTemporary(async (place) => {
      await shell(make, { cwd: place, env: GIT_ENVIRONMENT });
      const root = join(place, project);
      const before = await stateOf(root);
      await withMount(root, async (mounted) => {
        using client = await mounted.connect();
        const oracle = await GitOracle.begin(mounted);
        for (const [i, script] of work.entries()) {
          await shell(script, { cwd: mounted.mount, env: GIT_ENVIRONMENT });
          await oracle.add((await client.checkpoint({ label: `step ${i}` })).id);
          // Some of them are exported alone, some together.
          if (i % 4 === 0) await oracle.check();
        }
        await oracle.check();
        assert.equal((await exportToGit(mounted)).made, 0);
        assert.deepEqual(await stateOf(root), before, "The project's own state is another");
        await succeed(["git", "fsck", "--strict"], { cwd: root, env: GIT_ENVIRONMENT });
      });
    }));
}

Deno.test("git export: who, when and why; a rollback; what is not agentvfs's own", () =>
  withTemporary(async (project) => {
    await shell(FIRST, { cwd: project, env: GIT_ENVIRONMENT });
    await withMount(project, async (mounted) => {
      using client = await mounted.connect();
      const git = async (...args: string[]) =>
        (await succeed(["git", ...args], { cwd: project, env: GIT_ENVIRONMENT })).trim();
      const refused = async (...args: string[]) => {
        const outcome = await mounted.run(["-C", project, "--json", "export", ...args], {
          env: GIT_ENVIRONMENT,
        });
        return JSON.parse(outcome.stdout).error?.code;
      };
      assert.equal(await refused("--git"), "nothing_to_export");

      await shell("echo 2 >two", { cwd: mounted.mount });
      const message = "because\nit was\n";
      const two = await client.checkpoint({ label: "add\ntwo", message, agent: "an <a>gent" });
      const at = await exportToGit(mounted);
      const { entries } = await client.log({ limit: 1 });
      const time = Math.floor(Date.parse(entries[0]!.time) / 1000);
      assert.equal(
        await git("log", "-1", "--format=%an %ae %at %cn %ce %ct%n%B", at.name),
        `an agent an-agent@agentvfs ${time} A a@example.org ${time}\nadd two\n\nbecause\n` +
          `it was\n\nAgentvfs-Checkpoint: ${two.id}\nAgentvfs-Branch: main\nAgentvfs-Agent: an <a>gent`,
      );
      // The same checkpoint is the same commit.
      assert.equal((await exportToGit(mounted, "--git=other/name")).commit, at.commit);

      await client.rollback({ ref: "initial" });
      await client.checkpoint({ label: "another way" });
      const after = await exportToGit(mounted);
      assert.equal(after.left, at.commit);
      assert.equal(await git("log", "--format=%s", `${at.base}..${at.name}`), "another way");
      assert.equal(await git("rev-parse", "agentvfs/main@{1}"), at.commit);

      await git("branch", "-f", "mine", at.name);
      await git(
        "update-ref",
        "refs/heads/mine",
        await git("commit-tree", "-p", "mine", "-m", "own", "mine^{tree}"),
      );
      assert.equal(await refused("--git=mine"), "foreign_commits");
      await git("worktree", "add", "-q", join(mounted.state, "w"), "agentvfs/main");
      assert.equal(await refused("--git"), "checked_out");
      assert.equal(await refused("--git=a..b"), "bad_name");
      assert.equal(await refused("--git=agentvfs"), "git_failed");
      assert.equal(await git("for-each-ref", "refs/agentvfs"), "");
    });
  }));

Deno.test("git export: a repository in the project, one of several, and none", () =>
  withTemporary(async (project) => {
    await shell(`mkdir -p sub/one; echo out >out; cd sub/one; ${FIRST}`, {
      cwd: project,
      env: GIT_ENVIRONMENT,
    });
    await withMount(project, async (mounted) => {
      using client = await mounted.connect();
      const work = async (script: string) => {
        await shell(script, { cwd: mounted.mount, env: GIT_ENVIRONMENT });
        await client.checkpoint({ label: script });
      };
      const changed = (range: string) =>
        shell(`git diff --name-status ${range}`, { cwd: join(project, "sub/one") });
      await work("echo 2 >sub/one/new; echo more >>out; rm sub/one/a");
      const { base, name, commit } = await exportToGit(mounted);
      assert.equal(await changed(`${base} ${name}`), "D\ta\nA\tnew\n");

      await work("git clone -q sub/one two; rm -r sub/one/d");
      const many = await mounted.refused("export", "--git");
      assert.equal(many.code, "many_repositories");
      assert.match(many.message, /: sub\/one, two$/);
      const report = await exportToGit(mounted, "--git", "--repository", "./sub/one/");
      assert.deepEqual([report.base, report.made], [base, 1]);
      assert.equal(await changed(`${commit} ${name}`), "D\td/b\n");

      const none = await mounted.refused("export", "--git", "--repository", "out");
      assert.equal(none.code, "not_a_repository");
      await work("rm -r sub two");
      assert.equal((await mounted.refused("export", "--git")).code, "not_a_repository");
    });
  }));

/** What an export must not change. */
async function stateOf(root: string): Promise<Record<string, string>> {
  const git = (...args: string[]) =>
    succeed(["git", "--no-optional-locks", ...args], { cwd: root, env: GIT_ENVIRONMENT });
  const index = (await git("rev-parse", "--git-path", "index")).trimEnd();
  const path = join(root, index.startsWith("/") ? "" : ".", index);
  return {
    index: await succeed(["sh", "-c", 'cat "$1" 2>/dev/null | sha256sum', "sh", index], {
      cwd: root,
    }),
    time: String((await Deno.stat(index.startsWith("/") ? index : path).catch(() => null))?.mtime),
    head: await succeed(["cat", (await git("rev-parse", "--git-path", "HEAD")).trimEnd()], {
      cwd: root,
    }),
    status: await git("status", "--porcelain"),
  };
}
