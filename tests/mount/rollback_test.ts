/**
 * A rollback brings back exactly what was, whatever was changed, and takes away what was not there.
 */

import assert from "node:assert/strict";
import { assertSame, differences, manifestOf } from "../support/manifest.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { succeed } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

const CHANGE = [PYTHON, scriptPath(import.meta.url, "change_everything.py")];

/** Every file that change_everything.py changes. */
const PROJECT = `
mkdir content attributes names links links/other symlinks types trees
for f in rewritten rewritten-by-copy in-place edges appended cut emptied grown same-size punched same-bytes
do head -c 1500000 /dev/urandom >content/$f; done
printf %0100d 7 >content/same-size
for f in mode owner times xattr; do echo $f >attributes/$f; done
ln -s x attributes/link; ln -s x attributes/link-times
setfattr -n user.changed -v one attributes/xattr
setfattr -n user.removed -v two attributes/xattr
for f in file over replaced left right exchanged-file linked; do echo $f >names/$f; done
mkdir -p names/directory/inner names/exchanged-directory
echo deep >names/directory/inner/file; echo x >names/exchanged-directory/inside
echo links >links/one; ln links/one links/two; ln links/one links/three
echo four >links/four; ln links/four links/other/four
ln -s target links/symlink; ln -P links/symlink links/other/symlink
ln -s here symlinks/retargeted
echo x >types/file-to-directory; mkdir -p types/directory-to-symlink/sub; echo y >types/directory-to-symlink/sub/f
ln -s x types/symlink-to-fifo; mkfifo types/fifo-to-file; mknod types/device-to-device b 7 8
mkdir -p trees/deleted/{a,b,c}/{d,e} trees/empty trees/copied/sub trees/emptied/a/b
for i in 1 2 3; do echo $i | tee trees/deleted/a/$i trees/deleted/c/e/$i trees/copied/sub/$i >trees/emptied/a/b/$i; done
echo again >trees/made-again
chown -R 1000:1000 trees/deleted/b
touch -h -d '1999-12-31 23:59:59.123456789' links/one symlinks/retargeted trees/deleted/a
`;

Deno.test("every kind of change is undone by a rollback, and done again by undo", async () => {
  await withProject(PROJECT, async (m) => {
    const before = await manifestOf(m.mount, { inodes: true });
    await m.ctl("checkpoint", "before");
    await succeed(CHANGE, { cwd: m.mount });
    const after = await manifestOf(m.mount, { inodes: true });
    assert.ok(differences(after, before).length > 100);

    const report = await m.ctl("rollback", "before");
    assertSame(await manifestOf(m.mount, { inodes: true }), before, "Rolled back");
    assert.equal(report.label, "before");
    assert.match(report.safety, /^[0-9a-f]{64}$/);

    await m.ctl("undo");
    assertSame(await manifestOf(m.mount, { inodes: true }), after, "After undo");
    await m.ctl("redo");
    assertSame(await manifestOf(m.mount, { inodes: true }), before, "After redo");
    await m.ctl("rollback", report.safety);
    assertSame(
      await manifestOf(m.mount, { inodes: true }),
      after,
      "The safety checkpoint",
    );
    await m.ctl("rollback", "initial");
    assertSame(await manifestOf(m.mount, { inodes: true }), before, "The import");
  });
});

Deno.test("what a rollback brought back survives a restart", async () => {
  await withProject(PROJECT, async (m) => {
    const before = await manifestOf(m.mount, { inodes: true });
    await succeed(CHANGE, { cwd: m.mount });
    const changed = await manifestOf(m.mount, { inodes: true });
    await m.restart();
    assertSame(await manifestOf(m.mount, { inodes: true }), changed, "Changed, restarted");
    await m.ctl("rollback", "initial");
    await m.restart();
    assertSame(await manifestOf(m.mount, { inodes: true }), before, "Restarted");
    await m.ctl("undo");
    assertSame(await manifestOf(m.mount, { inodes: true }), changed, "After undo");
    // Nothing of it is in memory now: all that is shown comes from the store.
    await m.restart();
    assertSame(await manifestOf(m.mount, { inodes: true }), changed, "Restarted");
  });
});

Deno.test("a rollback right after the changes finds names the kernel has cached", async () => {
  await withProject(PROJECT, async (m) => {
    const before = await manifestOf(m.mount, { inodes: true });
    // Twice: names and their absence are cached differently when they came from a rollback.
    for (let i = 0; i < 2; i++) {
      await succeed(CHANGE, { cwd: m.mount });
      await manifestOf(m.mount);
      await isAbsent(m, "names/file", "trees/deleted/a/1", "trees/empty", "links/two");
      await m.ctl("rollback", "initial");
      await isAbsent(m, "another name", "trees/new/a/1", "trees/new-empty", "renamed directory");
      assertSame(await manifestOf(m.mount, { inodes: true }), before, `Round ${i}`);
    }
  });
});

async function isAbsent(m: Mounted, ...paths: string[]): Promise<void> {
  for (const path of paths) {
    await assert.rejects(Deno.lstat(m.path(path)), Deno.errors.NotFound, path);
  }
}

Deno.test("restore brings back the paths that are named, and nothing else", async () => {
  await withProject(PROJECT, async (m) => {
    const before = await manifestOf(m.mount, { inodes: true });
    await succeed(CHANGE, { cwd: m.mount });
    const changed = await manifestOf(m.mount, { inodes: true });
    const paths = ["content", "trees/deleted", "types/file-to-directory", "symlinks/retargeted"];
    await m.ctl("restore", ...paths, "--from", "initial");
    const restored = await manifestOf(m.mount, { inodes: true });
    const isRestored = (path: string) => paths.some((p) => path === p || path.startsWith(`${p}/`));
    // A file that comes back beside others may need a number of its own; a directory it is put into changes.
    const ignore = ["ino", "ctime"];
    assertSame(restored, before, "Restored paths", { only: isRestored, ignore });
    const parents = ["", "trees", "types", "symlinks"];
    const isOther = (path: string) => !isRestored(path) && !parents.includes(path);
    assertSame(restored, changed, "Other paths", { only: isOther });
    await m.ctl("undo");
    assertSame(await manifestOf(m.mount, { inodes: true }), changed, "After undo");

    await m.ctl("restore", "trees/new", "--from", "initial");
    await isAbsent(m, "trees/new");
    const refusal = await m.refused("restore", "no/such/path", "--from", "initial");
    assert.equal(refusal.exit, 1);
    await m.ctl("restore", ".", "--from", "initial");
    const all = await manifestOf(m.mount, { inodes: true });
    assertSame(all, before, "Everything restored");
  });
});
