/** What an agent changed is taken hunk by hunk: what is in main and in the branch afterwards. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { onTerminal, type Step } from "../support/terminal.ts";

const PROJECT = `seq 40 > long; printf 'gr\\xfcn\\r\\nend' > bytes; echo gone > gone
mkdir d; echo old > d/f; printf '\\0' > binary; ln -s a link`;
/** In the order of the questions: binary, bytes 1, d/f, gone, link, long 1, 2, 3, new/a, run. */
const AGENT =
  `printf '\\0\\0' > binary; printf 'bl\\xfc\\r\\nend\\n' > bytes; chmod 600 d/f; rm gone
ln -sfn b link; sed -i -e s/^3$/three/ -e s/^20$/twenty/ -e s/^38$/x/ long
mkdir new; echo new > new/a; echo '#!/bin/sh' > run; chmod +x run`;
const SET_GIT = Object.entries(GIT_ENVIRONMENT).map(([name, value]) => `export ${name}='${value}'`)
  .join("; ");
const QUIET = { NO_COLOR: "1" };

/** Each answer waits for its question. */
function answers(...typed: string[]): Step[] {
  return typed.map((line) => ["]? ", `${line}\r`]);
}

/** A branch in which an agent has worked. */
async function work(m: Mounted, script = AGENT): Promise<void> {
  const words = ["run", "--branch", "b", "--", "bash", "-euc", script];
  const outcome = await m.run(words, { cwd: m.project });
  assert.equal(outcome.code, 0, outcome.stderr);
}

/** Paths that differ, with what became of them. */
async function changes(m: Mounted, ...args: string[]): Promise<string[]> {
  const { changes } = await m.ctl("diff", "--no-renames", ...args);
  return changes.map(({ status, path }: { status: string; path: string }) => `${status} ${path}`);
}

async function lines(m: Mounted, ...path: string[]): Promise<string[]> {
  const before = Array.from({ length: 40 }, (_, i) => String(i + 1));
  const text = await Deno.readTextFile(m.path(...path));
  return text.trimEnd().split("\n").filter((line, i) => line !== before[i]);
}

Deno.test("what is taken is merged into main as one checkpoint, the rest stays for later", async () => {
  await withProject(PROJECT, async (m) => {
    await work(m);
    const typed = answers("n", "y", "n", "y", "y", "n", "y", "n", "y", "n");
    const first = await onTerminal(m, ["review", "b", "--label", "some"], typed, QUIET);
    assert.equal(first.code, 0, first.said);
    assert.match(first.said, /merged into main: 2 added, 3 modified, 1 deleted/);
    const latin1 = new TextDecoder("latin1");
    assert.equal(latin1.decode(await Deno.readFile(m.path("bytes"))), "bl\xfc\r\nend\n");
    assert.deepEqual(await lines(m, "long"), ["twenty"]);
    assert.deepEqual(await changes(m, "HEAD~1", "HEAD"), [
      "M bytes",
      "D gone",
      "M link",
      "M long",
      "A new",
      "A new/a",
    ]);
    const { entries } = await m.ctl("log");
    assert.deepEqual([entries[0].label, entries[0].kind], ["some", "merge"]);
    // The branch is as the agent left it, and differs from its head by what was left.
    const branch = [".agentvfs", "branches", "b"];
    assert.deepEqual(await lines(m, ...branch, "long"), ["three", "twenty", "x"]);
    assert.deepEqual(await changes(m, "--branch", "b"), ["M binary", "M d/f", "M long", "A run"]);

    // A later review is about the rest alone.
    const second = await onTerminal(m, ["review", "b"], answers("y", "q"), QUIET);
    assert.match(second.said, /\(1\/5\) Take this change/);
    assert.deepEqual(await changes(m, "HEAD~1", "HEAD"), ["M binary"]);
    await m.ctl("undo");
    await m.ctl("undo");
    assert.deepEqual(await lines(m, "long"), []);
    const again = await onTerminal(m, ["review", "b"], answers("A"), QUIET);
    assert.match(again.said, /\(1\/10\)[^]*nothing is left in branch b/);
    assert.deepEqual(await changes(m, "HEAD", "b"), []);
    const { stdout } = await m.run(["merge", "b"], { cwd: m.project });
    assert.match((await m.ctl("merge", "b")).state, /unchanged/, stdout);
  });
});

Deno.test("after a run it is asked what of it is taken; a branch of which nothing is left goes", async () => {
  await withProject(PROJECT, async (m) => {
    const run = (typed: string[], script: string, env = {}) =>
      onTerminal(m, ["run", "--review", "--", "bash", "-euc", script], answers(...typed), {
        ...QUIET,
        ...env,
      });
    const all = await run(["A"], "echo 1 > made; echo 2 > gone; exit 7");
    assert.equal(all.code, 7, all.said);
    assert.deepEqual(await changes(m, "HEAD~1", "HEAD"), ["M gone", "A made"]);
    assert.match((await m.ctl("log")).entries[0].label, /^run bash/);
    assert.equal((await m.ctl("branch", "list")).branches.length, 1);
    const none = await run(["q"], "echo 1 > other");
    assert.match(none.said, /nothing was taken; everything stays in branch run\//);
    assert.equal((await m.ctl("branch", "list")).branches.length, 2);
    const same = await run([], "true");
    assert.match(same.said, /nothing changed/);
    assert.equal((await m.ctl("branch", "list")).branches.length, 2);
    // In an editor: one of two changes is left out, the other gets another text.
    const editor = join(m.state, "editor");
    await Deno.writeTextFile(
      editor,
      "#!/bin/sh\nsed -i -e 's/^+one/+ONE/' -e 's/^-3/ 3/' -e /^+three/d $1\n",
      {
        mode: 0o755,
      },
    );
    const edited = await run(["e"], "sed -i -e s/^1$/one/ -e s/^3$/three/ long", {
      EDITOR: editor,
    });
    assert.match(edited.said, /left in branch/, edited.said);
    assert.deepEqual(await lines(m, "long"), ["ONE"]);
  });
});

Deno.test("a review that is broken off, or cannot be merged, takes nothing", async () => {
  await withProject(PROJECT, async (m) => {
    await work(m);
    const before = (await m.ctl("log")).head;
    const interrupted = await onTerminal(m, ["review", "b"], answers("y", "y", "\x03"), QUIET);
    assert.match(interrupted.said, /nothing was taken; everything stays in branch b/);
    await Deno.writeTextFile(m.path("gone"), "changed meanwhile\n");
    const steps = answers("g4", "y", "q");
    const conflict = await onTerminal(m, ["review", "b"], steps, QUIET);
    assert.equal(conflict.code, 1);
    assert.match(
      conflict.said,
      /conflict edit\/delete in gone[^]*Cannot merge b into main: 1 conflict/,
    );
    assert.equal((await m.ctl("log")).head, before);
    assert.deepEqual((await changes(m, "--branch", "b")).length, 9);
  });
});

Deno.test("an agent's commits are taken although somebody asked git in main meanwhile", async () => {
  const project = "git init -q; seq 40 > long; echo a > other; git add -A; git commit -qm first";
  const commits = "sed -i s/^3$/three/ long; git commit -qam second; echo b > other";
  const git = (script: string) => `${SET_GIT}; ${script}`;
  await withProject(git(project), async (m) => {
    await work(m, git(commits));
    // What git remembers of the file is not right any more, and is written again.
    await Deno.utime(m.path("other"), new Date(), new Date(0));
    const asked = await shell(git("git status --porcelain"), { cwd: m.mount });
    assert.equal(asked, "");
    assert.deepEqual(await changes(m), ["M .git/index"]);
    const { code, said } = await onTerminal(m, ["review", "b"], answers("y", "y", "n"), QUIET);
    assert.equal(code, 0, said);
    const subjects = await shell(git("git log --format=%s; git status --porcelain"), {
      cwd: m.mount,
    });
    assert.equal(subjects, "second\nfirst\n");
  });
});

Deno.test("what was shown is what is taken, although work goes on and the server dies", async () => {
  await withProject(PROJECT, async (m) => {
    await work(m);
    const branch = m.path(".agentvfs", "branches", "b");
    const review = async () => {
      using client = await m.connect();
      return await client.review({ branch: "b" });
    };
    const { from, to, items } = await review();
    assert.equal(items.length, 8);
    await Deno.writeTextFile(join(branch, "run"), "another\n");
    await Deno.writeTextFile(join(branch, "later"), "");
    await m.killServer();
    using client = await m.connect();
    const taken = await client.take({ branch: "b", from, to, all: true });
    assert.deepEqual(taken.left, { added: 1, modified: 1, deleted: 0 });
    assert.equal(await Deno.readTextFile(m.path("run")), "#!/bin/sh\n");
    assert.deepEqual(await changes(m, "HEAD", to), []);
    assert.deepEqual(await changes(m, "--branch", "b"), ["A later", "M run"]);
    // The same again, as after an answer that was lost, takes nothing twice.
    await client.take({ branch: "b", from, to, all: true });
    assert.deepEqual(await changes(m, "HEAD", to), []);
    assert.deepEqual((await review()).items.map(({ change }) => change.path), ["later", "run"]);
    for (const wrong of [{ whole: [8] }, { parts: [{ item: 0, hunks: [0], edited: [] }] }]) {
      await assert.rejects(client.take({ branch: "b", from, to, ...wrong }), {
        code: "bad_choice",
      });
    }
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("without a terminal it is refused before the program begins", async () => {
  await withProject(PROJECT, async (m) => {
    const refused = await m.run(["run", "--review", "--", "touch", "made"], { cwd: m.project });
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /^agentvfs: agentvfs run --review asks what to take, which needs a terminal\nhint: /,
    );
    assert.equal((await m.ctl("branch", "list")).branches.length, 1);
    for (const other of ["--dry", "--merge-on-success"]) {
      const both = await m.run(["run", "--review", other, "--", "true"], { cwd: m.project });
      assert.match(both.stderr, /exclude each other/);
    }
  });
});

Deno.test("a dry run shows what it changed, and drops it", async () => {
  await withProject(PROJECT, async (m) => {
    const words = ["run", "--dry", "--", "bash", "-c", "echo said; seq 41 > long; exit 3"];
    const { code, stdout, stderr } = await m.run(words, { cwd: m.project });
    assert.equal(code, 3, stderr);
    assert.match(
      stdout,
      /^said\n long \| 1 \+\n 1 file changed[^]*\n\ndiff --git a\/long b\/long\n[^]*\n\+41\n$/,
    );
    assert.match(stderr, /dropped what the program changed/);
    assert.equal((await m.ctl("branch", "list")).branches.length, 1);
    assert.deepEqual(await lines(m, "long"), []);
    const kept = await m.run(["run", "--dry", "--branch", "b", "true"], { cwd: m.project });
    assert.match(kept.stderr, /--dry drops the branch, so --branch means nothing/);
  });
});

Deno.test("what is taken can be applied to the project at once, and nothing else of main is", async () => {
  await withProject(PROJECT, async (m) => {
    const inProject = async (path: string) => await Deno.readTextFile(join(m.project, path));
    await Deno.writeTextFile(m.path("d/f"), "of main alone\n");
    const script = "sed -i -e s/^3$/three/ -e s/^38$/x/ long; rm gone";
    // A person edits the project at the same time.
    await Deno.writeTextFile(join(m.project, "long"), (await inProject("long")) + "own\n");
    const words = ["run", "--review", "--apply", "--", "bash", "-c", script];
    const { code, said } = await onTerminal(m, words, answers("y", "y", "q"), QUIET);
    assert.equal(code, 0, said);
    assert.match(said, /applied to .*: 1 modified, 1 deleted; agentvfs undo takes that back first/);
    const before = Array.from({ length: 40 }, (_, i) => `${i + 1}\n`).join("");
    assert.equal(await inProject("long"), before.replace("\n3\n", "\nthree\n") + "own\n");
    assert.equal(await inProject("d/f"), "old\n");
    await assert.rejects(Deno.stat(join(m.project, "gone")), Deno.errors.NotFound);
    assert.deepEqual(await lines(m, "long"), ["three"]);
    await m.ctl("undo");
    assert.equal(await inProject("long"), before + "own\n");
    assert.equal(await inProject("gone"), "gone\n");
    assert.deepEqual(await lines(m, "long"), ["three"]);
    await m.ctl("undo");
    assert.deepEqual(await lines(m, "long"), []);
  });
});

Deno.test("an apply asks hunk by hunk; what was left can be applied later", async () => {
  await withProject(PROJECT, async (m) => {
    const inProject = async (path: string) => await Deno.readTextFile(join(m.project, path));
    const before = await inProject("long");
    const first = before.replace("\n3\n", "\nthree\n");
    await Deno.writeTextFile(m.path("long"), first.replace("\n38\n", "\nx\n"));
    await Deno.writeTextFile(m.path("made"), "made\n");
    const apply = (...typed: string[]) =>
      onTerminal(m, ["apply", "--interactive"], answers(...typed), QUIET);
    const none = await apply("q");
    assert.match(none.said, /nothing was taken; the project is as it was/);
    assert.equal(await inProject("long"), before);
    const some = await apply("y", "n", "n");
    assert.equal(some.code, 0, some.said);
    assert.match(some.said, /applied main to .*1 modified/);
    assert.equal(await inProject("long"), first);
    const rest = await apply("A");
    assert.match(rest.said, /\(1\/2\) Take this hunk/);
    assert.equal(await inProject("long"), first.replace("\n38\n", "\nx\n"));
    assert.equal(await inProject("made"), "made\n");
    assert.equal((await m.ctl("apply")).state, "unchanged");
    const refused = await m.refused("apply", "--interactive");
    assert.deepEqual([refused.exit, refused.code], [2, "usage"]);
  });
});
