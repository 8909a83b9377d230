import { failure } from "../host/failure.ts";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { binaryString, cString } from "../../ffi/binary_string.ts";
import { close, O_DIRECTORY, O_RDONLY, open } from "../host/files.ts";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../store/trees/entry.ts";
import { run, withWorkspace } from "./testing/fixtures.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import { openByComponents } from "./path_opener.ts";
import { SourceDirectory } from "./read_source.ts";
import { SourceError } from "./source_error.ts";

function at(path: string): SourcePath {
  const names = path.split("/").filter((name) => name !== "");
  return names.reduce((at, name) => at.child(name), SourcePath.ROOT);
}

async function withSource(use: (source: SourceDirectory, path: string) => void | Promise<void>) {
  await withWorkspace(async ({ path }) => {
    const source = new SourceDirectory(binaryString(path));
    try {
      await use(source, path);
    } finally {
      source.close();
    }
  });
}

Deno.test("a listing is sorted and says what stat says", async () => {
  await withSource((source, path) => {
    fs.mkdirSync(`${path}/sub/deep`, { recursive: true });
    fs.writeFileSync(`${path}/sub/b`, "12345");
    fs.symlinkSync("b", `${path}/sub/a`);
    const entries = source.list(at("sub"));
    assert.ok(Array.isArray(entries));
    assert.deepEqual(entries.map((entry) => entry.name), ["a", "b", "deep"]);
    const stat = fs.lstatSync(`${path}/sub/b`);
    const { mode, size, ino, blocks, nlink, skipped } = entries[1]!;
    assert.deepEqual([mode, size, ino, nlink, blocks, skipped], [
      stat.mode,
      5,
      stat.ino,
      1,
      stat.blocks,
      undefined,
    ]);
    assert.equal(source.readLink(at("sub/a")), "b");
    assert.equal(source.list(at("nothing")), failure("ENOENT"));
    assert.equal(source.list(at("sub/b")), failure("ENOTDIR"));
  });
});

Deno.test("no path leads out of the source, by neither way of opening", async () => {
  await withSource((source, path) => {
    fs.mkdirSync(`${path}/real`);
    fs.writeFileSync(`${path}/real/f`, "x");
    fs.symlinkSync("real", `${path}/link`);
    fs.symlinkSync("/etc/passwd", `${path}/passwd`);
    assert.equal(source.openFile(at("link/f")), failure("ELOOP"));
    assert.equal(source.openFile(at("passwd")), failure("ELOOP"));
    assert.equal(source.list(at("link")), failure("ENOTDIR"));
    assert.equal(source.readLink(at("link/f")), failure("ELOOP"));
    const root = open(cString(path), O_RDONLY | O_DIRECTORY);
    assert.equal(openByComponents(root, "passwd", O_RDONLY), failure("ELOOP"));
    assert.equal(openByComponents(root, "link/f", O_RDONLY), failure("ENOTDIR"));
    const fd = openByComponents(root, "real/f", O_RDONLY);
    assert.ok(fd >= 0);
    close(fd);
    close(root);
  });
});

Deno.test("extended attributes of files, directories and links", async () => {
  await withSource(async (source, path) => {
    fs.writeFileSync(`${path}/f`, "x");
    fs.writeFileSync(`${path}/none`, "x");
    fs.symlinkSync("f", `${path}/l`);
    const root = Deno.uid() === 0;
    const set = `import os,sys
os.chdir(sys.argv[1])
os.setxattr("f", "user.a", b"1")
if ${root ? "True" : "False"}: os.setxattr("l", "trusted.b", b"2", follow_symlinks=False)`;
    await run(["python3", "-c", set, path]);
    assert.deepEqual(source.xattrs(at("f"), S_IFREG), new Map([["user.a", Uint8Array.of(49)]]));
    assert.equal(source.xattrs(at("none"), S_IFREG), null);
    assert.equal(source.xattrs(at(""), S_IFDIR), null);
    assert.equal(source.xattrs(at("gone"), S_IFREG), null);
    const link = source.xattrs(at("l"), S_IFLNK);
    assert.deepEqual(link, root ? new Map([["trusted.b", Uint8Array.of(50)]]) : null);
  });
});

Deno.test("an ACL is told of and left out", async () => {
  await withSource(async (source, path) => {
    fs.writeFileSync(`${path}/f`, "x");
    // struct posix_acl_xattr: version 2, then owner, user 1, group, mask and others.
    const set = `import os,struct,sys
entry = lambda tag, perm, id=0xffffffff: struct.pack("<HHI", tag, perm, id)
acl = struct.pack("<I", 2) + entry(1, 6) + entry(2, 4, 1) + entry(4, 4) + entry(16, 4) + entry(32, 4)
os.setxattr(sys.argv[1] + "/f", "system.posix_acl_access", acl)`;
    await run(["python3", "-c", set, path]);
    assert.deepEqual(source.readXattrs(at("f"), S_IFREG), { values: null, acl: true });
  });
});

Deno.test("a root that is no directory is refused with a sentence", async () => {
  await withWorkspace((workspace) => {
    const { path } = workspace;
    fs.writeFileSync(`${path}/file`, "");
    const refused = (at: string, code: string, message: RegExp) =>
      assert.throws(() => new SourceDirectory(binaryString(at)), (error: unknown) => {
        assert.ok(error instanceof SourceError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    refused(
      `${path}/missing`,
      "source_missing",
      /^Cannot open .*missing: there is no such directory$/,
    );
    refused(`${path}/file`, "source_not_directory", /file as a project: it is not a directory$/);
    return Promise.resolve();
  });
});
