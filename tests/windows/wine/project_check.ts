/** Runs under wine: changing a project. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { binaryName, binaryString, cString } from "../../../ffi/binary_string.ts";
import { KEPT_XATTR, layKept, parseKept } from "../../../ffi/windows/kept_attributes.ts";
import { FileAttribute } from "../../../ffi/windows/nt_file.ts";
import { PROJECT_CALLS } from "../../../src/apply/project_calls.ts";
import { xattrValue } from "../../../src/apply/set_attributes.ts";
import { failureCode } from "../../../src/host/failure.ts";
import * as files from "../../../src/host/files.ts";
import { mayChangeNames, pathOfDescriptor } from "../../../src/host/project_files.ts";
import { O_NOFOLLOW, O_PATH, openat, readlinkat, statx } from "../../../src/host/source_files.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_WRONLY } = files;
const calls = PROJECT_CALLS;
const directory = Deno.makeTempDirSync();
const root = ok(files.open(cString(binaryString(directory)), O_RDONLY | O_DIRECTORY));
const stat = files.emptyStat();
const has = (name: string) => [...Deno.readDirSync(directory)].some((entry) => entry.name === name);
const textOf = (name: string) => Deno.readTextFileSync(join(directory, name));
const bytes = (text: string) => new TextEncoder().encode(text);

assert.ok(mayChangeNames(root));
const sizes = new Uint8Array(120);
ok(files.statfs(pathOfDescriptor(root), sizes));
assert.ok(new DataView(sizes.buffer).getBigUint64(32, true) > 0n);

write("a:b", "one");
assert.equal(textOf("a\uf03ab"), "one");
assert.equal(
  failureCode(calls.create(root, "a:b", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o200)),
  "EEXIST",
);
ok(calls.mkdir(root, "sub", 0o755));
assert.equal(failureCode(calls.mkdir(root, "sub", 0o755)), "EEXIST");
assert.equal(failureCode(calls.rmdir(root, "a:b")), "ENOTDIR");
assert.equal(failureCode(calls.unlink(root, "sub")), "EISDIR");
assert.equal(failureCode(calls.mknod(root, "fifo", 0o010600, 0)), "EOPNOTSUPP");
done("files and directories are made under names that Windows cannot have");

write("draft", "two");
assert.equal(failureCode(calls.move(root, "draft", "a:b")), "EEXIST");
assert.equal(failureCode(calls.exchange(root, "draft", "a:b")), "EINVAL");
ok(calls.replace(root, "draft", "a:b"));
assert.ok(!has("draft"));
assert.equal(textOf("a\uf03ab"), "two");
ok(calls.move(root, "a:b", "moved"));
assert.ok(has("moved") && !has("a\uf03ab"));
assert.equal(failureCode(calls.move(root, "none", "other")), "ENOENT");
done("a file takes the place of another");

const looked = ok(openat(root, cString("moved"), O_PATH | O_NOFOLLOW));
ok(calls.setTime(looked, 1_000_000_000, 123_456_700));
ok(files.fstat(looked, stat));
assert.deepEqual([stat.mtimeSec, stat.mtimeNsec], [1_000_000_000, 123_456_700]);
ok(calls.chmod(looked, 0o444));
ok(files.fstat(looked, stat));
assert.equal(stat.mode, 0o100444);
assert.deepEqual([stat.mtimeSec, stat.mtimeNsec], [1_000_000_000, 123_456_700]);
ok(calls.chown(looked, 0, 0));
ok(calls.fsync(root));
ok(calls.syncfs(root));
ok(files.close(looked));
done("times and whether one may write are set by a handle that only looks");

write("flags", "flags");
const flagged = ok(openat(root, cString("flags"), O_PATH | O_NOFOLLOW));
const place = { path: pathOfDescriptor(flagged), isSymlink: false };
const hidden = layKept({ attributes: FileAttribute.HIDDEN | FileAttribute.ARCHIVE, created: 0n });
ok(calls.setxattr(place, KEPT_XATTR, hidden));
assert.deepEqual(xattrValue(place, KEPT_XATTR), hidden);
ok(calls.chmod(flagged, 0o444));
assert.deepEqual(xattrValue(place, KEPT_XATTR), hidden, "whether one may write is another thing");
ok(calls.setTime(flagged, 1_000_000, 0));
assert.deepEqual(xattrValue(place, KEPT_XATTR), hidden, "so is when it was changed");
ok(calls.chmod(flagged, 0o755));
ok(calls.chown(flagged, 1000, 1000));
ok(statx(root, cString("flags"), stat));
const isNoted = stat.uid === 1000;
assert.deepEqual([stat.mode, stat.mtimeSec], [isNoted ? 0o100755 : 0o100644, 1_000_000]);
assert.deepEqual([stat.uid, stat.gid], isNoted ? [1000, 1000] : [0, 0]);
// Long before it was written, and hidden.
const created = 130_000_000_000_000_000n;
const old = layKept({ attributes: FileAttribute.HIDDEN | FileAttribute.ARCHIVE, created });
ok(calls.setxattr(place, KEPT_XATTR, old));
const isDated = parseKept(xattrValue(place, KEPT_XATTR)!)!.created !== 0n;
assert.deepEqual(xattrValue(place, KEPT_XATTR), isDated ? old : hidden, "wine keeps no such time");
ok(calls.setTime(flagged, 2_000_000, 0));
assert.deepEqual(xattrValue(place, KEPT_XATTR), isDated ? old : hidden);
ok(calls.setxattr(place, KEPT_XATTR, hidden));
assert.deepEqual(xattrValue(place, KEPT_XATTR), hidden);
ok(calls.setTime(flagged, 1_000_000, 0));
ok(calls.removexattr(place, KEPT_XATTR));
assert.equal(xattrValue(place, KEPT_XATTR), null);
assert.equal(failureCode(calls.setxattr(place, "trusted.other", hidden)), "EOPNOTSUPP");
assert.equal(failureCode(calls.setxattr(place, "user.empty", new Uint8Array())), "EOPNOTSUPP");
const own = calls.setxattr(place, "user.other", hidden);
if (own < 0) {
  assert.equal(failureCode(own), "EACCES", "wine has none");
  assert.equal(xattrValue(place, "user.other"), null);
} else {
  assert.deepEqual(xattrValue(place, "user.other"), hidden);
  ok(calls.removexattr(place, "user.other"));
  assert.equal(xattrValue(place, "user.other"), null);
}
assert.equal(failureCode(calls.setxattr(place, KEPT_XATTR, hidden.subarray(1))), "EINVAL");
ok(files.close(flagged));
ok(calls.unlink(root, "flags"));
done(`when a file was made is ${isDated ? "set" : "not kept by this system"}`);
done("what is hidden, or the system's, is made so; other attributes are set where there are any");

write("draft", "three");
ok(calls.replace(root, "draft", "moved"));
assert.equal(textOf("moved"), "three");
const open = ok(openat(root, cString("moved"), O_PATH | O_NOFOLLOW));
ok(calls.chmod(open, 0o444));
ok(files.close(open));
ok(calls.unlink(root, "moved"));
assert.ok(!has("moved"));
done("what is read-only is replaced and removed");

write("name", "linked");
ok(calls.link(root, "name", root, "other"));
ok(statx(root, cString("other"), stat));
assert.equal(stat.nlink, 2);
ok(calls.unlink(root, "name"));
assert.equal(textOf("other"), "linked");
Deno.writeTextFileSync(join(directory, "sub", "in"), "");
assert.equal(failureCode(calls.rmdir(root, "sub")), "ENOTEMPTY");
Deno.removeSync(join(directory, "sub", "in"));
ok(calls.rmdir(root, "sub"));
assert.ok(!has("sub"));
assert.equal(failureCode(calls.symlink("other", root, "other")), "EEXIST");
done("names are added and removed");

// A checkpoint has a junction as a link whose target begins with a drive and ends with a slash.
ok(calls.mkdir(root, "sub", 0o755));
Deno.writeTextFileSync(join(directory, "sub", "in"), "beneath");
const junction = binaryString(`${directory.replaceAll("\\", "/")}/sub/`);
const made = calls.symlink(junction, root, "junction");
if (made < 0) {
  assert.equal(failureCode(made), "EOPNOTSUPP");
  assert.ok(!has("junction"), "what cannot be a junction is nothing");
} else {
  assert.equal(Deno.readTextFileSync(join(directory, "junction", "in")), "beneath");
  const target = new Uint8Array(1024);
  const length = ok(readlinkat(root, cString("junction"), target));
  assert.equal(binaryName(target, 0, length), junction);
  assert.equal(failureCode(calls.rmdir(root, "junction")), "ENOTDIR");
  ok(calls.unlink(root, "junction"));
  assert.ok(has("sub") && !has("junction"));
}
done(`a junction is made one again${made < 0 ? ", or nothing where there are none" : ""}`);

ok(files.close(root));
Deno.removeSync(directory, { recursive: true });
Deno.exit(0);

/** As an apply writes a file. */
function write(name: string, text: string): void {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const handle = ok(calls.create(root, name, flags, 0o200));
  assert.equal(calls.pwrite(handle, bytes(text), 0, text.length), text.length);
  ok(calls.fsync(handle));
  ok(files.fstat(handle, stat));
  assert.equal(stat.size, text.length);
  ok(files.close(handle));
}

function ok(result: number): number {
  assert.ok(result >= 0, failureCode(result));
  return result;
}

function done(what: string): void {
  console.log(`ok ${what}`);
}
