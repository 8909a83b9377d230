/** Runs under wine: reading a project. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { KEPT_XATTR, parseKept } from "../../../ffi/windows/kept_attributes.ts";
import { FileAttribute } from "../../../ffi/windows/nt_file.ts";
import { setAttributes } from "../../../ffi/windows/tree/attributes.ts";
import { failureCode, isFailure } from "../../../src/host/failure.ts";
import * as files from "../../../src/host/files.ts";
import * as source from "../../../src/host/source_files.ts";
import { SourceDirectory } from "../../../src/source/read_source.ts";
import { SourcePath } from "../../../src/tree/nodes/source_path.ts";
import { dataRanges } from "../../../src/source/data_ranges.ts";

const directory = Deno.makeTempDirSync();
const { O_DIRECTORY, O_RDONLY } = files;
const { O_NOFOLLOW, O_PATH } = source;
const { HIDDEN: Hidden, SYSTEM: System, ARCHIVE: Archive } = FileAttribute;

/** Names as they are on the disk, and as they are stored. */
const NAMES: [shown: string, stored: string][] = [
  ["plain.txt", "plain.txt"],
  ["Make", "Make"],
  ["naïve", "na\xc3\xafve"],
  ["日.md", "\xe6\x97\xa5.md"],
  ["😀", "\xf0\x9f\x98\x80"],
  ["a\uf03ab", "a:b"],
  ["a\uf02e", "a."],
  ["\uf061ux.c", "aux.c"],
  ["\uf0ff\uf0fe", "\xff\xfe"],
];
for (const [shown] of NAMES) Deno.writeTextFileSync(join(directory, shown), shown);
Deno.mkdirSync(join(directory, "sub"));
Deno.writeTextFileSync(join(directory, "sub/in.txt"), "inside");

const root = ok(files.open(cString(binaryString(directory)), O_RDONLY | O_DIRECTORY));
const listed = source.readDirectory(root);
assert.ok(typeof listed !== "number");
assert.deepEqual(
  listed.map(({ name, type }) => [name, type]).sort(),
  [...NAMES.map(([, stored]) => [stored, 8]), ["sub", 4]].sort(),
);
assert.deepEqual(source.readDirectory(root), listed);
const stat = files.emptyStat();
for (const [shown, stored] of NAMES) {
  ok(source.statx(root, cString(stored), stat));
  assert.deepEqual([stat.mode, stat.size], [0o100644, new TextEncoder().encode(shown).length]);
  const handle = ok(source.openat(root, cString(stored), O_RDONLY | O_NOFOLLOW));
  const bytes = new Uint8Array(64);
  const length = ok(files.pread(handle, bytes, 0));
  assert.equal(new TextDecoder().decode(bytes.subarray(0, length)), shown);
  ok(files.close(handle));
}
done("names of Windows are listed and opened as they are stored");

const sub = ok(source.openat(root, cString("sub"), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
ok(source.statx(sub, cString("in.txt"), stat));
assert.equal(stat.size, 6);
ok(source.statx(sub, cString(""), stat));
assert.equal(stat.mode, 0o040755);
ok(files.close(ok(source.openat(sub, cString("."), O_PATH | O_DIRECTORY | O_NOFOLLOW))));
assert.equal(failureCode(source.openat(sub, cString(".."), O_PATH | O_NOFOLLOW)), "EXDEV");
assert.equal(failureCode(source.openat(root, cString("none"), O_RDONLY | O_NOFOLLOW)), "ENOENT");
assert.equal(
  failureCode(source.openat(root, cString("Make"), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)),
  "ENOTDIR",
);
assert.equal(failureCode(source.readlinkat(root, cString("Make"), new Uint8Array(8))), "EINVAL");
ok(files.close(sub));
const entry = ok(files.open(source.pathOfEntry(root, "a:b"), O_RDONLY));
ok(files.fstat(entry, stat));
ok(files.close(entry));
assert.ok(isFailure(source.openBeneath(root, cString("sub"), O_RDONLY), "ENOSYS"));
done("directories are stayed in");

const deep = Array.from({ length: 40 }, () => "a long name of a directory").join("\\");
Deno.mkdirSync(`\\\\?\\${directory}\\${deep}`, { recursive: true });
Deno.writeTextFileSync(`\\\\?\\${directory}\\${deep}\\file`, "deep");
const project = new SourceDirectory(binaryString(directory));
let path = SourcePath.ROOT;
for (const name of deep.split("\\")) path = path.child(name);
const found = project.list(path);
assert.ok(typeof found !== "number");
assert.deepEqual(found.map(({ name, size }) => [name, size]), [["file", 4]]);
const file = ok(project.openFile(path.child("file")));
const text = new Uint8Array(4);
assert.equal(files.pread(file, text, 0), 4);
assert.equal(new TextDecoder().decode(text), "deep");
assert.deepEqual(dataRanges(file, 0, 4), [{ offset: 0, length: 4 }]);
assert.ok(project.streams(file) <= 0, "it has none");
ok(files.close(file));
assert.equal(project.xattrs(path.child("file"), 0o100644), null);
assert.equal(setFlags("sub", Hidden), 0);
assert.equal(setFlags("Make", Hidden | System | Archive), 0);
assert.equal(flagsOf("sub", 0o040755), Hidden);
assert.equal(flagsOf("Make", 0o100644), Hidden | System | Archive);
assert.equal(flagsOf("plain.txt", 0o100644), null);
done("what is hidden, or the system's, is read");

assert.equal(setFlags("plain.txt", Archive | FileAttribute.READONLY), 0);
ok(source.statx(root, cString("plain.txt"), stat));
assert.deepEqual([stat.mode, stat.uid, stat.gid], [0o100444, 0, 0]);
assert.equal(flagsOf("plain.txt", stat.mode), null);
assert.equal(setFlags("plain.txt", Archive), 0);
done("of a mode there is whether one may write, and files are nobody's in particular");
assert.ok(project.identity().inode !== "0");
const inRoot = project.list(SourcePath.ROOT);
assert.ok(typeof inRoot !== "number" && inRoot.every(({ skipped }) => skipped === undefined));
project.close();
done("a project is read, and paths in it may be as long as they like");

ok(files.close(root));
Deno.removeSync(`\\\\?\\${directory}`, { recursive: true });
Deno.exit(0);

function setFlags(name: string, attributes: number): number {
  const handle = ok(source.openat(root, cString(name), O_PATH | O_NOFOLLOW));
  const result = setAttributes(handle, attributes);
  ok(files.close(handle));
  return result;
}

/** As a checkpoint has them; null where they are the usual ones. */
function flagsOf(name: string, mode: number): number | null {
  const xattrs = project.xattrs(SourcePath.ROOT.child(name), mode);
  if (xattrs === null) return null;
  assert.deepEqual([...xattrs.keys()], [KEPT_XATTR]);
  const { attributes, created } = parseKept(xattrs.get(KEPT_XATTR)!)!;
  assert.equal(created, 0n, "when it was made is not read");
  return attributes;
}

function ok(result: number): number {
  assert.ok(result >= 0, failureCode(result));
  return result;
}

function done(what: string): void {
  console.log(`ok ${what}`);
}
