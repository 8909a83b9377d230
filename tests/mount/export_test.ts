/** What is exported is what git, tar and Python read back. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { assertSame, type Manifest, manifestOf } from "../support/manifest.ts";
import { withMount, withProject } from "../support/mounted.ts";
import { isInstalled, shell, succeed, until } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const HOSTILE = scriptPath(new URL("../support/", import.meta.url).href, "hostile_source.py");

/** Whoever cannot be asked is named. */
async function isThere(program: string): Promise<boolean> {
  const is = await isInstalled(program);
  if (!is) console.log(`${program} is not installed: what it reads is not compared`);
  return is;
}

Deno.test("an archive of a hostile tree gives the same tree, by whoever reads it", () =>
  withTemporary(async (place) => {
    const [project, outside] = [join(place, "project"), join(place, "outside")];
    for (const directory of [project, outside]) await Deno.mkdir(directory);
    await succeed([PYTHON, HOSTILE, project, outside]);
    await withMount(project, async (mounted) => {
      const expected = await manifestOf(mounted.mount);
      const archive = join(place, "a.tar");
      const report = await mounted.ctl("export", "-o", archive);
      assert.equal(report.bytes, (await Deno.stat(archive)).size);
      const readers = [["tar", "--xattrs", "--xattrs-include=*", "--numeric-owner"], ["bsdtar"]];
      for (const [program, ...options] of readers) {
        if (!await isThere(program!)) continue;
        const into = await Deno.makeTempDir({ dir: place });
        // Names are UTF-8, which bsdtar writes only where the language says so.
        const env = { LC_ALL: "C.UTF-8" };
        await succeed([program!, ...options, "-xpf", archive, "-C", into], { env });
        assertSame(await manifestOf(into), expected, program!, {
          ignore: program === "bsdtar" ? ["mtime", "blocks"] : [],
          only: (path) => path !== "" && expected.get(path)?.type !== "socket",
        });
      }
    });
  }));

Deno.test("what is compressed is the same archive, and a directory the same tree", () =>
  withProject(
    "mkdir -p d/e; echo 1 >d/e/f; ln d/e/f d/hard; ln -s f d/l; truncate -s 1M holes; mkfifo pipe; " +
      "mkdir -m 1750 empty; touch -hd '1969-12-31 23:00:00.5' d/l d; setfattr -n user.a -v b holes || :",
    async (mounted) => {
      const place = mounted.state;
      const archive = join(place, "a.tar");
      await mounted.ctl("export", "-o", archive);
      for (const [end, program] of [["tar.zst", "zstd"], ["tar.gz", "gzip"]] as const) {
        if (!await isThere(program)) continue;
        const path = join(place, `a.${end}`);
        await mounted.ctl("export", "-o", path);
        await succeed(["bash", "-c", '"$1" -dc "$2" | cmp - "$3"', "sh", program, path, archive]);
      }
      const expected = await manifestOf(mounted.mount);
      const into = join(place, "into");
      assert.deepEqual((await mounted.ctl("export", "--to", into)).notes, []);
      assertSame(await manifestOf(into), expected, "The directory");
      assert.equal((await mounted.refused("export", "--to", into)).code, "not_empty");
      const part = join(place, "part");
      await mounted.ctl("export", "--to", part, "--only", "f,empty");
      const paths = [...(await manifestOf(part)).keys()];
      assert.deepEqual(paths, ["", "d", "d/e", "d/e/f", "empty"]);
    },
  ));

Deno.test("nothing is collected while an export reads the store", () =>
  withProject("echo 1 > a", async (mounted) => {
    await mounted.ctl("checkpoint", "one");
    const pipe = join(mounted.state, "pipe.tar");
    await succeed(["mkfifo", pipe]);
    // It waits for who reads the pipe.
    const exporting = mounted.run(["-C", mounted.project, "export", "one", "-o", pipe]);
    const refused = await until("the export has begun", async () => {
      const { code, stdout } = await mounted.run(["-C", mounted.project, "--json", "gc"]);
      return code !== 0 && JSON.parse(stdout).error;
    });
    assert.equal(refused.code, "in_use", refused.message);
    assert.equal(await succeed(["tar", "-xOf", pipe, "a"]), "1\n");
    assert.equal((await exporting).code, 0);
    await mounted.ctl("gc");
  }));

Deno.test("an export without a daemon is of a checkpoint; only what matches is in it", () =>
  withProject("mkdir -p d/e; echo 1 > d/e/f; echo 2 > g; ln -s g l", async (mounted) => {
    await mounted.ctl("checkpoint", "one");
    await mounted.stop();
    const list = async (...args: string[]) => {
      const archive = join(mounted.state, "a.tar");
      const outcome = await mounted.run(["-C", mounted.project, "export", ...args, "-o", archive]);
      assert.equal(outcome.code, 0, outcome.stderr);
      return await succeed(["tar", "-tf", archive]);
    };
    assert.equal(await list("one"), "d/\nd/e/\nd/e/f\ng\nl\n");
    assert.equal(await list("one", "--only", "f"), "d/\nd/e/\nd/e/f\n");
    assert.equal(await list("HEAD", "--only", "d/e,l"), "d/\nd/e/\nd/e/f\nl\n");
    assert.equal((await mounted.refused("export", "-o", "a.tar")).code, "no_daemon");
    assert.equal((await mounted.refused("export", "two", "-o", "a.tar")).code, "unknown_ref");
    assert.equal((await mounted.refused("export", "one", "-o", "a.zip")).exit, 2);
    const nowhere = await mounted.refused("export", "one", "-o", "/nowhere/a.tar");
    assert.equal(nowhere.message, "Cannot write /nowhere/a.tar: No such file or directory");
    await mounted.start();
  }));

Deno.test("from inside a run it is the run's own branch, and nothing else", () =>
  withProject("echo 1 >a", async (mounted) => {
    const self = PROGRAM.map((word) => `'${word}'`).join(" ");
    const inside = (script: string, ...options: string[]) => {
      const run = ["run", "--branch", "b", ...options, "--", "bash", "-c", script];
      return mounted.run(run, { cwd: mounted.project });
    };
    const own = await inside(`echo 2 >b; ${self} export | tar -t; ${self} export --patch`);
    assert.match(own.stdout, /^a\nb\ndiff --git a\/b b\/b\n/, own.stderr);
    await mounted.ctl("checkpoint", "other");
    const refused = await inside(
      `for how in --git "-b main -o x.tar" "other -o x.tar"; do ${self} export $how || :; done`,
    );
    const denied = refused.stderr.match(/^agentvfs: Not allowed from inside branch b: /gm);
    assert.equal(denied?.length, 3, refused.stderr);
    assert.ok(
      !(await Array.fromAsync(Deno.readDir(mounted.path(".agentvfs/branches/b"))))
        .some(({ name }) => name.startsWith("x.tar")),
    );
  }));

Deno.test("a patch makes of the project what the branch is, and takes it back", () =>
  withTemporary(async (place) => {
    const [project, copy] = [join(place, "project"), join(place, "copy")];
    await Deno.mkdir(project);
    const env = GIT_ENVIRONMENT;
    const options = { cwd: project, env };
    await shell(
      String.raw`git init -q .; mkdir dir; seq 100 >text; head -c 70000 /dev/urandom >binary
        printf 'a\r\nb\r\n' >crlf; printf 'end' >no-newline; ln -s text link; ln -s dir became
        echo x >dir/x; echo gone >gone; : >empty; echo m >mode; printf '\0\1' >small
        echo 1 >'with space'; echo 2 >$'q"uo\te\n'; echo 3 >$'\xff\xfe'; echo '*.log' >.gitignore
        echo tracked >t.log; git add -A; git add -f t.log; git commit -qm all; cp -a . ../copy`,
      options,
    );
    await withMount(project, async (mounted) => {
      const before = await manifestOf(copy);
      await shell(
        String.raw`seq 2 101 >text; head -c 70001 /dev/urandom >binary; printf 'a\r\nc\r\n' >crlf
          printf 'other end' >no-newline; ln -sfn dir link; rm became; echo file >became
          rm -r dir; echo dir >dir; rm gone; mkdir gone; echo in >gone/in; mv empty moved
          chmod +x mode; : >small; head -c 53 /dev/urandom >new; head -c 26 /dev/zero >zeros; : >also-empty
          echo one >>'with space'; rm $'q"uo\te\n'; echo 4 >$'n"e\tw\n'; echo 5 >>$'\xff\xfe'
          truncate -s 3M holes; seq 2000000 >large; echo y >ignored.log; echo z >>t.log
          git add text; git commit -qm inner; ln -s nowhere dangling`,
        { cwd: mounted.mount, env },
      );
      const patch = join(place, "patch");
      const run = ["-C", project, "export", "--patch"];
      const outcome = await mounted.run([...run, "-o", patch]);
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.match(outcome.stderr, /^agentvfs: 1 file that git ignores left out/);
      const same = async (what: string, expected: Manifest) =>
        assertSame(await manifestOf(copy), expected, what, {
          ignore: ["mtime", "size", "mode"],
          only: (path) => !/^$|^\.git(\/|$)|ignored\.log$/.test(path),
        });
      await succeed(["git", "apply", patch], { cwd: copy, env });
      await same("After git apply", await manifestOf(mounted.mount));
      // For whom else is up to the umask.
      assert.equal((await Deno.stat(join(copy, "mode"))).mode! & 0o100, 0o100);
      await succeed(["git", "apply", "-R", patch], { cwd: copy, env });
      await same("After git apply -R", before);

      const all = await mounted.run([...run, "--ignored", "--only", "*.log"]);
      assert.match(all.stdout, /^diff --git a\/ignored.log/);
      await mounted.ctl("checkpoint", "one");
      const nothing = await mounted.run([...run, "HEAD", "--from", "one"]);
      assert.deepEqual(nothing, { code: 0, stdout: "", stderr: "" });
    });
  }));
