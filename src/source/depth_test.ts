/**
 * A source that is deeper than any path may be long, and than there are descriptors.
 */

import { failure } from "../host/failure.ts";
import assert from "node:assert/strict";
import { binaryString } from "../../ffi/binary_string.ts";
import { close } from "../host/files.ts";
import { lookupPath } from "../history/snapshots/lookup_path.ts";
import { S_IFREG } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { readText, run, withWorkspace } from "./testing/fixtures.ts";
import { SourceDirectory } from "./read_source.ts";

const DEPTH = 20_000;
/** Every so many levels a directory has a second one in it, behind the one that leads on: it is imported on the way back. */
const EVERY = 100;
const DEEPEST = "d/".repeat(DEPTH);

const MAKE = `import os, sys
os.chdir(sys.argv[1])
for depth in range(${DEPTH}):
    if depth % ${EVERY} == 0:
        os.mkdir("e")
        open("e/f", "w").write(str(depth))
    os.mkdir("d")
    os.chdir("d")
open("f", "w").write("deepest")
os.setxattr("f", "user.note", b"deep")
os.symlink("target", "l")
os.link("f", "g")`;

/** Descriptors of this process for what is below a directory. */
function openBelow(path: string): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith(path);
    } catch (error) {
      // The kernel does not tell a path that is too long.
      return !(error instanceof Deno.errors.NotFound);
    }
  }).length;
}

Deno.test("all of a source 20 000 levels deep is imported, and read before it is", () =>
  withWorkspace(async (workspace) => {
    const { path, store } = workspace;
    await run(["python3", "-c", MAKE, path]);
    const descriptors = () => openBelow(path);
    let most = 0;
    const pause = () => Promise.resolve(void (most = Math.max(most, descriptors())));
    const { snapshot, skipped, directories, files } = await workspace.import({ pause });
    assert.deepEqual(skipped, []);
    assert.equal(directories, 1 + DEPTH + DEPTH / EVERY);
    assert.equal(files, 3 + DEPTH / EVERY);
    assert.ok(most > 10 && most < 100, `${most} descriptors`);
    assert.equal(descriptors(), 0);
    for (const name of ["f", "g"]) {
      assert.equal(readText(store, lookupPath(store, snapshot, `${DEEPEST}${name}`)!), "deepest");
    }
    const half = "d/".repeat(DEPTH / 2);
    const shallow = lookupPath(store, snapshot, `${half}e/f`)!;
    assert.equal(readText(store, shallow), `${DEPTH / 2}`);

    const source = new SourceDirectory(binaryString(path));
    let at = SourcePath.ROOT;
    for (let depth = 0; depth < DEPTH; depth++) at = at.child("d");
    const listed = source.list(at);
    assert.ok(Array.isArray(listed));
    assert.deepEqual(listed.map(({ name }) => name), ["f", "g", "l"]);
    assert.equal(source.readLink(at.child("l")), "target");
    assert.deepEqual([...source.xattrs(at.child("f"), S_IFREG)!.keys()], ["user.note"]);
    const fd = source.openFile(at.child("g"));
    assert.ok(fd >= 0);
    close(fd);
    assert.equal(source.openFile(at.child("gone")), failure("ENOENT"));
    source.close();
    assert.equal(descriptors(), 0);
  }));

Deno.test("what took the place of a directory that was moved is read, however deep it is", () =>
  withWorkspace(async ({ path }) => {
    const make = `import os, sys
os.chdir(sys.argv[1])
for part in ["old", "new"]:
    root = os.open(".", os.O_RDONLY)
    os.mkdir(part); os.chdir(part)
    for depth in range(5000): os.mkdir("d"); os.chdir("d")
    open("f", "w").write(part)
    os.fchdir(root)`;
    await run(["python3", "-c", make, path]);
    const source = new SourceDirectory(binaryString(path));
    let at = SourcePath.ROOT.child("old");
    for (let depth = 0; depth < 5000; depth++) at = at.child("d");
    const inode = () => (source.list(at) as { ino: number }[])[0]!.ino;
    const before = inode();
    Deno.renameSync(`${path}/old`, `${path}/other`);
    assert.equal(inode(), before, "what is held is still there");
    await run(["sh", "-c", `cd '${path}/other' && rm -rf d`]);
    Deno.renameSync(`${path}/new`, `${path}/old`);
    assert.notEqual(inode(), before);
    source.close();
  }));
