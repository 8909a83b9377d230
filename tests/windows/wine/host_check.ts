/** Runs under wine: the host layer as it is on Windows. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { cString } from "../../../ffi/binary_string.ts";
import { binaryString } from "../../../ffi/binary_string.ts";
import { absolutePath } from "../../../src/host/current_directory.ts";
import { failureCode } from "../../../src/host/failure.ts";
import * as files from "../../../src/host/files.ts";
import { statePlace } from "../../../src/host/state_places.ts";
import { CHILD_ARGUMENT, lockOnce } from "./lock_child.ts";

if (Deno.args[0] === CHILD_ARGUMENT) {
  console.log(lockOnce(Deno.args[1]!));
  Deno.exit(0);
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, LOCK_EX, LOCK_NB } = files;
const directory = Deno.makeTempDirSync();
const path = join(directory, "naïve — file.bin");
const bytes = (text: string) => new TextEncoder().encode(text);
const c = (text: string) => cString(binaryString(text));

assert.equal(statePlace("agentvfs"), join(Deno.env.get("LOCALAPPDATA")!, "agentvfs"));
assert.equal(absolutePath("C:/a/../b"), "C:\\b");
assert.equal(absolutePath("b"), join(Deno.cwd(), "b"));
done("state is in %LOCALAPPDATA%, and paths have drives");

const handle = ok(files.open(c(path), O_RDWR | O_CREAT | O_EXCL, 0o600));
assert.equal(failureCode(files.open(c(path), O_RDWR | O_CREAT | O_EXCL, 0o600)), "EEXIST");
assert.equal(failureCode(files.open(c(join(directory, "none")), O_RDONLY)), "ENOENT");
assert.equal(failureCode(files.open(c(join(path, "below")), O_RDONLY)), "ENOENT");
assert.equal(failureCode(files.open(c(path), O_RDONLY | O_DIRECTORY)), "ENOTDIR");
assert.equal(failureCode(files.close(0x7ffffff0)), "EBADF");
done("files are opened by their names, and failures have the names of POSIX");

assert.equal(files.pwrite(handle, bytes("hello world"), 100), 11);
const read = new Uint8Array(20);
assert.equal(files.pread(handle, read, 106), 5);
assert.equal(new TextDecoder().decode(read.subarray(0, 5)), "world");
assert.equal(files.pread(handle, read, 111), 0);
assert.equal(files.pwrite(handle, bytes("0123456789"), 0, 3), 3);
assert.equal(files.pread(handle, read, 0, 4), 4);
assert.equal(new TextDecoder().decode(read.subarray(0, 3)), "012");
assert.equal(Deno.readFileSync(path).length, 111);
done("reads and writes are at an offset");

const stat = files.emptyStat();
ok(files.fstat(handle, stat));
assert.equal(stat.mode, 0o100644);
assert.deepEqual([stat.size, stat.nlink], [111, 1]);
assert.ok(Math.abs(stat.mtimeSec - Date.now() / 1000) < 3600);
assert.ok(stat.ino > 0);
assert.ok(Math.abs(files.birthTime(handle)!.sec - Date.now() / 1000) < 3600);
ok(files.ftruncate(handle, 5));
// Wine reserves no space.
if (failureCode(files.fallocate(handle, 0, 0, 1 << 20)) === "EOPNOTSUPP") {
  ok(files.ftruncate(handle, 1 << 20));
}
ok(files.fstat(handle, stat));
assert.equal(stat.size, 1 << 20);
ok(files.fallocate(handle, 0, 0, 10));
ok(files.fstat(handle, stat));
assert.equal(stat.size, 1 << 20);
done("sizes are told and changed");

ok(files.fsync(handle));
const folder = ok(files.open(c(directory), O_RDONLY | O_DIRECTORY));
ok(files.fsync(folder));
ok(files.fstat(folder, stat));
assert.equal(stat.mode, 0o040755);
ok(files.close(folder));
const sizes = new Uint8Array(120);
ok(files.statfs(c(directory), sizes));
const [unit, total] = [8, 16].map((at) => new DataView(sizes.buffer).getBigUint64(at, true));
assert.ok(unit! >= 512n && total! > 0n);
done("files and folders are made durable, and the disk's size is told");

ok(files.flock(handle, LOCK_EX | LOCK_NB));
assert.equal(await inChild(), "EAGAIN");
assert.equal(files.pread(handle, read, 0, 3), 3);
assert.equal(Deno.readFileSync(path).length, 1 << 20);
ok(files.close(handle));
assert.equal(await inChild(), "locked");
done("a lock keeps another process from it, not from reading, and ends with its handle");

const other = ok(files.open(c(path), O_RDWR));
Deno.renameSync(path, `${path}.new`);
Deno.writeTextFileSync(path, "another");
assert.equal(files.pread(other, read, 0, 3), 3);
assert.equal(new TextDecoder().decode(read.subarray(0, 3)), "012");
Deno.removeSync(`${path}.new`);
ok(files.close(other));
ok(files.close(ok(files.open(c(path), O_RDWR | O_TRUNC))));
assert.equal(Deno.readFileSync(path).length, 0);
done("what is open may be renamed, replaced and removed");

Deno.removeSync(directory, { recursive: true });
Deno.exit(0);

function ok(result: number): number {
  assert.ok(result >= 0, failureCode(result));
  return result;
}

async function inChild(): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: [CHILD_ARGUMENT, path] });
  return new TextDecoder().decode((await command.output()).stdout).trim();
}

function done(what: string): void {
  console.log(`ok ${what}`);
}
