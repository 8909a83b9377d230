/**
 * Programs that people use, in the mount.
 */

import assert from "node:assert/strict";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, shell } from "../support/process.ts";
import { python } from "../support/python.ts";
import { testWith } from "../support/test_with.ts";

/** Runs a script in the mount. */
function inMount(m: Mounted, script: string): Promise<string> {
  return shell(script, {
    cwd: m.mount,
    env: { ...GIT_ENVIRONMENT, LC_ALL: "C" },
    deadlineMs: 90_000,
  });
}

const TREE = `
mkdir -p a/b/c empty "with space"
for i in $(seq 200); do head -c $((i * 37)) /dev/urandom >a/b/f$i; done
head -c 3000000 /dev/urandom >large
truncate -s 5000000 sparse; echo x >>sparse
ln large a/linked; ln -s ../large a/symlink; ln -s nowhere dangling; mkfifo fifo
chmod 4711 a/b/f1; chmod 000 a/b/f2; chown 12:34 a/b/f3
setfattr -n user.test -v value a/b/f4
touch -d '2001-02-03 04:05:06.789' a/b/f5 empty
printf 'x' >"with space/$(printf 'new\\nline')"
# Of another second than any copy: rsync compares some times by the second only.
find . -newermt 2002-01-01 -exec touch -h -d '2020-02-03 04:05:06.123456789' {} +
`;

Deno.test("git: init, add, commit, branch, log, clone, gc, fsck", async () => {
  await withProject(TREE, async (m) => {
    await inMount(
      m,
      `chmod 644 a/b/f2; rm fifo
       git init -q; git add .; git commit -q -m one
       git checkout -q -b other; echo more >>a/b/f1; git commit -q -am two
       git checkout -q master 2>/dev/null || git checkout -q main
       git merge -q other
       git mv a/b moved; git commit -q -m three
       git stash -q 2>/dev/null || true
       test "$(git log --oneline | wc -l)" = 3
       git clone -q . clone; (cd clone && git fsck --strict && git status --porcelain)
       git gc -q --prune=now; git fsck --strict
       test -z "$(git status --porcelain -- moved)"
       git worktree add -q tree HEAD~1; (cd tree && test -f a/b/f1 && git status --porcelain)`,
    );
    await m.ctl("checkpoint", "with git");
    await inMount(m, "rm -rf .git/objects clone tree moved");
    await m.ctl("rollback", "with git");
    await inMount(m, "git fsck --strict; git -C clone fsck --strict; git -C clone log --oneline");
  });
});

Deno.test("cp -a, tar and rsync copy the mount exactly, out and in", async () => {
  await withProject(TREE, async (m) => {
    const source = await manifestOf(m.mount);
    const outside = `${m.state}/outside`;
    await inMount(m, `cp -a . ${outside}`);
    assertSame(await manifestOf(outside), source, "cp -a out of the mount");
    await inMount(m, `mkdir copy && cp -a ${outside}/. copy/`);
    assertSame(await manifestOf(m.path("copy")), source, "cp -a into the mount");
    await inMount(m, `mkdir again && cp -a copy/. again/`);
    assertSame(await manifestOf(m.path("again")), source, "cp -a within the mount");
    await inMount(
      m,
      `tar --xattrs --xattrs-include='user.*' --sparse -C copy -cf t.tar .; mkdir untarred
       tar --xattrs --xattrs-include='user.*' -C untarred -xpf t.tar`,
    );
    // The format of tar has no room for the parts of a second.
    const ignore = ["mtime"];
    assertSame(await manifestOf(m.path("untarred")), source, "tar", { ignore });
    await m.restart();
    assertSame(await manifestOf(m.path("again")), source, "cp -a, after a restart");
  });
});

testWith(
  "rsync",
  "rsync -aHAX copies in and out, and finds nothing to do the second time",
  async () => {
    await withProject(TREE, async (m) => {
      const source = await manifestOf(m.mount);
      await inMount(
        m,
        `rsync -aHAX ./ ${m.state}/outside; mkdir sub; rsync -aHAX ${m.state}/outside/ sub/`,
      );
      assertSame(await manifestOf(m.path("sub")), source, "rsync into the mount");
      const again = await inMount(m, `rsync -aHAXi ${m.state}/outside/ sub/`);
      assert.equal(again, "");
      await inMount(m, `rsync -aHAX --inplace --no-whole-file --delete ${m.state}/outside/a/ sub/`);
      assert.equal(await inMount(m, "ls sub"), "b\nlinked\nsymlink\n");
    });
  },
);

testWith(
  "sqlite3",
  "sqlite3 with a write-ahead log, across checkpoints and rollbacks",
  async () => {
    await withProject("echo x >x", async (m) => {
      await inMount(
        m,
        `sqlite3 db 'PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT);' >/dev/null
       for i in $(seq 20); do sqlite3 db "INSERT INTO t(v) SELECT hex(randomblob(500)) FROM generate_series(1,50)"; done
       sqlite3 db 'UPDATE t SET v = upper(v); PRAGMA wal_checkpoint(TRUNCATE);' >/dev/null`,
      );
      await m.ctl("checkpoint", "full");
      await inMount(m, "sqlite3 db 'DELETE FROM t WHERE id % 2; VACUUM;'");
      assert.equal(
        await inMount(m, "sqlite3 db 'SELECT count(*) FROM t; PRAGMA integrity_check;'"),
        "500\nok\n",
      );
      await m.ctl("rollback", "full");
      assert.equal(
        await inMount(m, "sqlite3 db 'SELECT count(*) FROM t; PRAGMA integrity_check;'"),
        "1000\nok\n",
      );
    });
  },
);

Deno.test("a checkpoint in the middle of sqlite's work is a database that recovers", async () => {
  const work = `
import sqlite3, sys, time
db = sqlite3.connect("db", isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("CREATE TABLE t(a, b)")
end = time.monotonic() + 3
i = 0
while time.monotonic() < end:
    db.execute("BEGIN")
    db.execute("INSERT INTO t VALUES(?, ?)", (i, "x" * 2000))
    db.execute("INSERT INTO t VALUES(?, ?)", (i, "y" * 2000))
    db.execute("COMMIT")
    i += 1
`;
  const check = `
import sqlite3
db = sqlite3.connect("db")
print(db.execute("PRAGMA integrity_check").fetchone()[0],
      db.execute("SELECT count(*) FROM (SELECT a FROM t GROUP BY a HAVING count(*) <> 2)").fetchone()[0])
`;
  await withProject("echo x >x", async (m) => {
    const working = python(work, [], { cwd: m.mount });
    const labels: string[] = [];
    while (labels.length < 10) {
      labels.push(`c${labels.length}`);
      await m.ctl("checkpoint", labels.at(-1)!);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await working;
    for (const label of labels.reverse()) {
      await m.ctl("rollback", label);
      if (!(await inMount(m, "ls")).includes("db\n")) continue;
      const seen = await run(["python3", "-c", check], { cwd: m.mount });
      // The first checkpoints may be older than the table.
      if (seen.stderr.includes("no such table")) continue;
      assert.equal(seen.stdout.trim(), "ok 0", label + seen.stderr);
    }
  });
});

testWith("gcc", "make compiles, and then only what was touched", async () => {
  const project = `
printf 'int one(void){return 1;}\\n' >one.c
printf 'int two(void){return 2;}\\n' >two.c
printf '#include <stdio.h>\\nint one(void);int two(void);int main(void){printf("%%d\\\\n",one()+two());}\\n' >main.c
printf 'prog: main.o one.o two.o\\n\\tgcc -o $@ $^\\n%%.o: %%.c\\n\\tgcc -c -o $@ $<\\n' >Makefile
`;
  await withProject(project, async (m) => {
    const compilations = (output: string) => output.match(/gcc -c/g)?.length ?? 0;
    assert.equal(compilations(await inMount(m, "make")), 3);
    assert.equal(await inMount(m, "./prog"), "3\\n".replace("\\n", "\n"));
    assert.match(await inMount(m, "make"), /up to date/);
    await m.ctl("checkpoint", "built");
    await inMount(m, "sleep 0.02; touch two.c");
    assert.equal(compilations(await inMount(m, "make")), 1);
    await inMount(m, "rm *.o prog");
    await m.ctl("rollback", "built");
    assert.match(await inMount(m, "make"), /up to date/);
    assert.equal(await inMount(m, "./prog"), "3\n");
  });
});

Deno.test("scripts and programs run after they were written, and again after a rollback", async () => {
  await withProject("echo x >x", async (m) => {
    await inMount(
      m,
      `mkdir pkg; echo 'def f(): return 42' >pkg/__init__.py
       printf '#!/bin/sh\\necho script\\n' >script; chmod +x script; cp /bin/echo binary`,
    );
    await m.ctl("checkpoint", "base");
    const runAll = () =>
      inMount(m, `./script; ./binary binary; python3 -c 'import pkg; print(pkg.f())'`);
    assert.equal(await runAll(), "script\nbinary\n42\n");
    await inMount(m, "echo 'def f(): return 7' >pkg/__init__.py; rm script; cp /bin/true binary");
    await m.ctl("rollback", "base");
    assert.equal(await runAll(), "script\nbinary\n42\n");
  });
});

Deno.test("find -delete of half the files, and rm -rf of what is being listed", async () => {
  await withProject("mkdir d; for i in $(seq 3000); do echo $i >d/f$i; done", async (m) => {
    await inMount(m, "find d -name '*[02468]' -delete");
    assert.equal((await inMount(m, "ls d | wc -l")).trim(), "1500");
    // Every name once, although each is removed while the directory is being read.
    await python(
      `
import os
seen = []
with os.scandir("d") as entries:
    for entry in entries:
        seen.append(entry.name)
        os.unlink(entry.path)
        open("d/new" + entry.name, "w").close() if len(seen) % 3 == 0 else None
names = [n for n in seen if not n.startswith("new")]
assert len(names) == len(set(names)) == 1500, len(names)
`,
      [],
      { cwd: m.mount },
    );
    await inMount(m, "rm -rf d");
    await m.ctl("rollback", "initial");
    assert.equal((await inMount(m, "ls d | wc -l")).trim(), "3000");
  });
});

Deno.test("locks, appenders, nameless files and mappings", async () => {
  await withProject("echo x >x; : >log", async (m) => {
    await inMount(
      m,
      `flock lock -c 'if flock -n lock true; then exit 1; fi'
       for i in $(seq 100); do (for j in $(seq 10); do echo "$i $j" >>log; done) & done; wait
       test "$(wc -l <log)" = 1000; test "$(sort -u log | wc -l)" = 1000`,
    );
    await python(
      `
import fcntl, mmap, os
fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600)
os.write(fd, b"nameless")
assert os.fstat(fd).st_nlink == 0
os.link("/proc/self/fd/%d" % fd, "named", src_dir_fd=fd, follow_symlinks=True)
assert os.fstat(fd).st_nlink == 1 and open("named").read() == "nameless"

fcntl.lockf(fd, fcntl.LOCK_EX)
child = os.fork()
if child == 0:
    try:
        fcntl.lockf(os.open("named", os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
        os._exit(1)
    except OSError:
        os._exit(0)
assert os.waitpid(child, 0)[1] == 0

with open("mapped", "wb+") as file:
    file.truncate(100_000)
    memory = mmap.mmap(file.fileno(), 100_000)
    memory[50_000:50_005] = b"hello"
    memory.flush()
assert open("mapped", "rb").read()[50_000:50_005] == b"hello"
open("mapped", "rb+").write(b"other")
assert memory[:5] == b"other"
`,
      [],
      { cwd: m.mount },
    );
    await m.ctl("checkpoint", "mapped");
    await inMount(m, "rm mapped named");
    await m.ctl("rollback", "mapped");
    assert.equal(
      await inMount(m, "dd if=mapped bs=1 skip=50000 count=5 status=none; cat named"),
      "hellonameless",
    );
  });
});

Deno.test("direct, synchronous and vectored input and output", async () => {
  await withProject("echo x >x", async (m) => {
    await inMount(
      m,
      `head -c 1000000 /dev/urandom >source
       dd if=source of=direct bs=4096 oflag=direct conv=notrunc status=none
       dd if=direct of=sync bs=100k iflag=direct oflag=sync status=none
       dd if=sync of=appended bs=7777 oflag=append,dsync conv=notrunc status=none
       cmp source direct; cmp source sync; cmp source appended`,
    );
    await python(
      `
import os
fd = os.open("vectored", os.O_RDWR | os.O_CREAT)
assert os.pwritev(fd, [b"a" * 100_000, b"b" * 200_000, b"c"], 5) == 300_001
into = [bytearray(100_005), bytearray(200_001)]
assert os.preadv(fd, into, 0) == 300_006
assert into[0] == bytes(5) + b"a" * 100_000 and into[1] == b"b" * 200_000 + b"c"
out = os.open("sent", os.O_WRONLY | os.O_CREAT)
assert os.sendfile(out, fd, 0, 300_006) == 300_006
assert open("sent", "rb").read() == open("vectored", "rb").read()
read, write = os.pipe()
assert os.splice(fd, write, 1000, offset_src=5) == 1000 and os.read(read, 2000) == b"a" * 1000
`,
      [],
      { cwd: m.mount },
    );
  });
});

Deno.test("what df, stat -f and du say makes sense", async () => {
  await withProject("head -c 1000000 /dev/urandom >f; mkdir d", async (m) => {
    const [blocks, free, names] = (await inMount(m, "stat -f -c '%b %f %l' .")).trim().split(" ")
      .map(Number);
    assert.ok(blocks! > 0 && free! > 0 && free! <= blocks!);
    assert.equal(names, 255);
    const kilobytes = Number((await inMount(m, "du -sk f")).split("\t")[0]);
    assert.ok(kilobytes >= 976 && kilobytes <= 1100, `${kilobytes} KiB`);
  });
});

testWith("npm", "npm install, where the registry can be reached", async () => {
  const packages = ["is-odd@3.0.1", "left-pad@1.3.0", "semver@7.6.3"];
  const reachable = await run(["npm", "view", "left-pad@1.3.0", "version"], { deadlineMs: 30_000 })
    .then(({ code }) => code === 0, () => false);
  if (!reachable) {
    console.log("skipped: npm's registry cannot be reached");
    return;
  }
  await withProject(`echo '{"name":"p","version":"1.0.0"}' >package.json`, async (m) => {
    await m.ctl("checkpoint", "before");
    await inMount(m, `npm install --no-audit --no-fund --loglevel=error ${packages.join(" ")}`);
    await inMount(m, `node -e 'if (!require("is-odd")(3)) process.exit(1)'`);
    await m.ctl("checkpoint", "installed");
    const installed = await manifestOf(m.mount, { inodes: true });
    await inMount(m, "rm -rf node_modules/*; npm ci --no-audit --no-fund --loglevel=error");
    await m.ctl("rollback", "before");
    assert.equal(await inMount(m, "ls"), "package.json\n");
    await m.ctl("rollback", "installed");
    const ignore = ["blocks"];
    assertSame(await manifestOf(m.mount, { inodes: true }), installed, "installed", { ignore });
    await inMount(m, `node -e 'if (!require("is-odd")(3)) process.exit(1)'`);
  });
});
